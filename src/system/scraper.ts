// Scrapes the target's own metrics on a grid of time: each scrape that works is kept, each that fails is told.

import { isAborted } from '../kernel/abort.ts';
import type { Clock } from '../kernel/clock.ts';
import { errnoOf, messageOf } from '../kernel/errors.ts';
import { createTurns } from '../kernel/turns.ts';
import { formatDuration } from '../kernel/units.ts';
import { createScrapeBook } from '../record/scrape-book.ts';
import type { ScrapeLog } from '../record/scrape-log.ts';
import type { ScrapedBody, ScrapeRequest } from './scrape-request.ts';
import { createScrapedSeries } from './scraped-series.ts';

interface ScraperOptions {
  /** As records tell it. */
  readonly url: string;
  readonly everyMicros: number;
  readonly clock: Clock;
  readonly request: ScrapeRequest;
  /** The run is interrupted: nothing is scraped any more. */
  readonly signal: AbortSignal;
  /** Takes credentials out of what is kept. */
  readonly redact: (text: string) => string;
}

export interface Scraper {
  /** One more than those of the grid, after any that is under way. Never rejects. */
  scrape(): Promise<void>;
  /** Times from `startAtMicros`. */
  log(startAtMicros: number): ScrapeLog;
  /** What a reader has to know: failures, lines that could not be read, what was left out. */
  notes(startAtMicros: number): string[];
  close(): void;
}

/** Values that changed, kept for one run: some 20 MB of record. */
const mostValues = 1_000_000;
const longestTimeoutMicros = 10_000_000;

/** A scrape is over before the next is due. */
const timeoutOf = (everyMicros: number): number => Math.min(longestTimeoutMicros, everyMicros * 0.8);

/** Resolves after the first scrape, whether it worked or not. Of points of the grid that have passed none is made up for. */
export async function startScraper(options: ScraperOptions): Promise<Scraper> {
  const { clock, everyMicros, redact } = options;
  const closing = new AbortController();
  const closed = AbortSignal.any([closing.signal, options.signal]);
  const inTurn = createTurns();
  const book = createScrapeBook();
  const series = createScrapedSeries(book, redact);
  let values = 0;
  let fullAtMicros: number | null = null;

  const takeOne = async (): Promise<void> => {
    if (closed.aborted || fullAtMicros !== null) return;
    const atMicros = clock.nowMicros();
    const outcome = await attempt(options, closed);
    if (outcome === 'closed') return;
    const tookMicros = Math.round(clock.nowMicros() - atMicros);
    const taken = 'why' in outcome ? outcome.why : series.take(outcome);
    if (typeof taken === 'string') {
      book.addFailure({ atMicros, why: redact(taken) });
      return;
    }
    book.addScrape({ atMicros, tookMicros }, taken.changed, taken.gone);
    values += taken.changed.length;
    if (values >= mostValues) fullAtMicros = atMicros;
  };
  const scrape = (): Promise<void> => inTurn(takeOne);

  const firstAtMicros = clock.nowMicros();
  await scrape();
  void goOn(clock, { firstAtMicros, everyMicros, scrape, closed });
  const log = (startAtMicros: number): ScrapeLog =>
    book.log({ url: redact(options.url), everyMicros }, startAtMicros);
  return {
    scrape,
    log,
    notes: (startAtMicros) => [
      ...failureNotes(log(startAtMicros)),
      ...series.notes(),
      ...(fullAtMicros === null ? [] : [fullNote(fullAtMicros - startAtMicros)]),
    ],
    close: () => closing.abort(),
  };
}

interface Grid {
  readonly firstAtMicros: number;
  readonly everyMicros: number;
  readonly scrape: () => Promise<void>;
  readonly closed: AbortSignal;
}

async function goOn(clock: Clock, { firstAtMicros, everyMicros, scrape, closed }: Grid): Promise<void> {
  const passed = (): number => Math.floor((clock.nowMicros() - firstAtMicros) / everyMicros);
  for (let slot = passed() + 1; !closed.aborted; slot = Math.max(slot, passed()) + 1) {
    await clock.sleepUntil(firstAtMicros + slot * everyMicros, closed);
    if (!isAborted(closed)) await scrape();
  }
}

/** The body, or why there is none; `closed` when nobody wants it any more. */
async function attempt(
  { clock, request, everyMicros }: ScraperOptions,
  closed: AbortSignal,
): Promise<ScrapedBody | { readonly why: string } | 'closed'> {
  const timeoutMicros = timeoutOf(everyMicros);
  const why = `timeout after ${formatDuration(timeoutMicros)}`;
  const [answered, given] = [new AbortController(), new AbortController()];
  const answer = request(AbortSignal.any([given.signal, closed])).catch((error: unknown) => ({
    why: errnoOf(error) ?? messageOf(error),
  }));
  const waited = AbortSignal.any([answered.signal, closed]);
  const late = clock.sleepUntil(clock.nowMicros() + timeoutMicros, waited).then(() => null);
  const first = await Promise.race([answer, late]);
  answered.abort();
  if (first === null) given.abort();
  return closed.aborted ? 'closed' : (first ?? { why });
}

function failureNotes({ scrapes, failures }: ScrapeLog): string[] {
  const [first] = failures;
  if (first === undefined) return [];
  const when = first.atMicros < 0 ? 'before the load' : `at ${formatDuration(first.atMicros)}`;
  return [
    `${failures.length} of ${scrapes.length + failures.length} scrapes failed, the first ${when}: ${first.why}`,
  ];
}

const fullNote = (atMicros: number): string =>
  `nothing was scraped after ${formatDuration(atMicros)}: ${mostValues} values that changed are kept at most; ` +
  'scrape less often (`every 10s`) or expose fewer series';
