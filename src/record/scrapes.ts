// scrapes.ndjson: what scrapes of the target gave, one JSON document a line; of each scrape only what changed.

import { z } from 'zod';
import { exitCodes, MettleError } from '../kernel/errors.ts';
import { createScrapeBook, type ScrapeBook } from './scrape-book.ts';
import { scrapedKinds, type ScrapedSeries, type ScrapeLog } from './scrape-log.ts';

const micros = z.number();
const id = z.int().nonnegative();

const scraping = z.object({ type: z.literal('scraping'), url: z.string(), everyMicros: micros });
const series = z.object({
  type: z.literal('series'),
  /** 0, 1, 2 … in order of the lines. */
  id,
  name: z.string(),
  labels: z.record(z.string(), z.string()),
  kind: z.enum(scrapedKinds),
});
const scrape = z.object({
  type: z.literal('scrape'),
  atMicros: micros,
  tookMicros: micros,
  /** Pairs of id and value, looked at one by one: there may be thousands. */
  values: z.array(z.unknown()),
  gone: z.array(id).optional(),
});
const failure = z.object({ type: z.literal('failure'), atMicros: micros, why: z.string() });
const leftOut = z.object({ type: z.literal('leftOut'), names: z.array(z.string()) });

const line = z.discriminatedUnion('type', [scraping, series, scrape, failure, leftOut]);
const types: readonly string[] = ['scraping', 'series', 'scrape', 'failure', 'leftOut'];

/** JSON has no words for these. */
const specials = new Map([
  ['NaN', NaN],
  ['+Inf', Infinity],
  ['-Inf', -Infinity],
  ['-0', -0],
]);

function written(value: number): string {
  const special = [...specials].find(([, other]) => Object.is(other, value));
  return special === undefined ? String(value) : `"${special[0]}"`;
}

interface Told {
  /** Ids that have to be known by then are below this. */
  named: number;
  readonly values: string[];
  readonly gone: number[];
}

/** Scrapes have times of their own, in order, and points stand at these: as scrapers make them. */
export function formatScrapes(log: ScrapeLog): string {
  const { url, everyMicros, scrapes, failures } = log;
  const told = scrapes.map((): Told => ({ named: 0, values: [], gone: [] }));
  log.series.forEach((entry, number) => tellChanges(entry, number, scrapes, told));
  const names = log.series.map(({ name, labels, kind }, number) =>
    JSON.stringify({ type: 'series', id: number, name, labels, kind }),
  );
  let named = 0;
  const namesUpTo = (count: number): string[] => {
    const lines = names.slice(named, count);
    named = Math.max(named, count);
    return lines;
  };
  const moments = [
    ...scrapes.map((taken, number) => ({
      atMicros: taken.atMicros,
      lines: [...namesUpTo(told[number]?.named ?? 0), scrapeLine(taken, told[number])],
    })),
    ...failures.map(({ atMicros, why }) => ({
      atMicros,
      lines: [JSON.stringify({ type: 'failure', atMicros, why })],
    })),
  ].sort((a, b) => a.atMicros - b.atMicros);
  const head = JSON.stringify({ type: 'scraping', url, everyMicros });
  const missing = log.leftOut === undefined ? [] : [JSON.stringify({ type: 'leftOut', names: log.leftOut })];
  return [head, ...moments.flatMap(({ lines }) => lines), ...namesUpTo(names.length), ...missing]
    .map((text) => `${text}\n`)
    .join('');
}

function scrapeLine({ atMicros, tookMicros }: ScrapeLog['scrapes'][number], told: Told | undefined): string {
  const { values = [], gone = [] } = told ?? {};
  const tail = gone.length === 0 ? '' : `,"gone":[${gone.join(',')}]`;
  return `{"type":"scrape","atMicros":${atMicros},"tookMicros":${tookMicros},"values":[${values.join(',')}]${tail}}`;
}

function tellChanges(
  { points }: ScrapedSeries,
  own: number,
  scrapes: ScrapeLog['scrapes'],
  told: readonly Told[],
): void {
  let before: number | undefined;
  let next = 0;
  for (const [number, { atMicros }] of scrapes.entries()) {
    const point = points[next];
    const value = point?.atMicros === atMicros ? point.value : undefined;
    const place = told[number];
    if (place === undefined) return;
    if (value !== undefined) {
      if (next === 0) place.named = Math.max(place.named, own + 1);
      next += 1;
      if (before === undefined || !Object.is(value, before)) place.values.push(`[${own},${written(value)}]`);
    } else if (before !== undefined) place.gone.push(own);
    before = value;
  }
}

/** Line types that a later version added are skipped. Throws MettleError RECORD_CORRUPT naming the line. */
export function parseScrapes(text: string, file: string): ScrapeLog {
  const book = createScrapeBook();
  const reading: Reading = { book, known: 0, present: new Set(), lastMicros: -Infinity };
  let about: Pick<ScrapeLog, 'url' | 'everyMicros'> | null = null;
  for (const [index, raw] of text.split('\n').entries()) {
    if (raw === '') continue;
    const document = parseJson(raw);
    const parsed = line.safeParse(document);
    if (!parsed.success) {
      if (!isOther(document)) throw corrupt(`${file}:${index + 1}: not a line of scrapes`);
    } else if (parsed.data.type === 'scraping') {
      about = { url: parsed.data.url, everyMicros: parsed.data.everyMicros };
    } else {
      const wrong = take(parsed.data, reading);
      if (wrong !== null) throw corrupt(`${file}:${index + 1}: ${wrong}`);
    }
  }
  if (about === null) throw corrupt(`${file}:1: it does not say what was scraped`);
  return book.log(about, 0);
}

interface Reading {
  readonly book: ScrapeBook;
  /** How many series have been named. */
  known: number;
  readonly present: Set<number>;
  lastMicros: number;
}

/** null, or what is wrong with it. */
function take(told: Exclude<z.infer<typeof line>, { type: 'scraping' }>, reading: Reading): string | null {
  if (told.type === 'failure') {
    reading.book.addFailure({ atMicros: told.atMicros, why: told.why });
    return null;
  }
  if (told.type === 'scrape') return takeScrape(told, reading);
  if (told.type === 'leftOut') {
    for (const name of told.names) reading.book.leaveOut(name);
    return null;
  }
  if (told.id !== reading.known) return `expected series ${reading.known}, not ${told.id}`;
  reading.known += 1;
  reading.book.addSeries(told.name, told.labels, told.kind);
  return null;
}

function takeScrape(told: z.infer<typeof scrape>, reading: Reading): string | null {
  const { book, known, present } = reading;
  const { atMicros, tookMicros, gone = [] } = told;
  if (atMicros <= reading.lastMicros) return 'a scrape before the one that it follows';
  const changed = new Map<number, number>();
  for (const pair of told.values) {
    const [own, value] = Array.isArray(pair) && pair.length === 2 ? (pair as unknown[]) : [];
    const number = typeof value === 'string' ? specials.get(value) : value;
    if (typeof own !== 'number' || !Number.isInteger(own) || own < 0 || own >= known)
      return 'a value of a series that was not named';
    if (typeof number !== 'number') return 'a value that is no number';
    if (changed.has(own)) return `two values of the series ${own}`;
    changed.set(own, number);
    present.add(own);
  }
  for (const own of gone) if (!present.delete(own)) return `the series ${own} was not there before`;
  reading.lastMicros = atMicros;
  book.addScrape({ atMicros, tookMicros }, changed, gone);
  return null;
}

function parseJson(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return undefined;
  }
}

function isOther(document: unknown): boolean {
  const other = z.object({ type: z.string() }).safeParse(document);
  return other.success && !types.includes(other.data.type);
}

const corrupt = (message: string): MettleError =>
  new MettleError({
    code: 'RECORD_CORRUPT',
    message,
    hint: 'The record is damaged; repeat the run.',
    exitCode: exitCodes.usage,
  });
