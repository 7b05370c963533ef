// A scraped series by scrape: its value in each, and how much a counter grew up to each, past restarts of what exposes it.

import type { ScrapedSeries, ScrapeLog } from '../record/scrape-log.ts';

/** One value per scrape of the log; undefined: the scrape did not have it, or it was no number (`NaN`). */
export type Track = readonly (number | undefined)[];

type Scrapes = ScrapeLog['scrapes'];

/** Prometheus' names say it: https://prometheus.io/docs/practices/naming/ */
const isNamedCounter = (name: string): boolean => name.endsWith('_total');

/** Read as gauges that may be counters: declared against their name, or parts of a histogram of which nothing is declared. */
export const isDisputed = ({ kind, name }: ScrapedSeries): boolean =>
  (kind === 'gauge' && isNamedCounter(name)) || (kind === 'untyped' && /_(?:bucket|sum|count)$/.test(name));

/** What is declared decides, else the name. Buckets, sums and counts only grow, too. */
export const isCounter = ({ kind, name }: ScrapedSeries): boolean =>
  kind === 'counter' ||
  (kind === 'untyped' && isNamedCounter(name)) ||
  (kind === 'histogram' && /_(?:bucket|sum|count)$/.test(name)) ||
  (kind === 'summary' && /_(?:sum|count)$/.test(name));

/** Values kept of one log: a promise with a window asks for the same series in each of its stretches. */
const mostKeptValues = 4_000_000;

interface Kept {
  readonly tracks: WeakMap<ScrapedSeries, Track>;
  room: number;
}

const keptOf = new WeakMap<Scrapes, Kept>();

export function trackOf(series: ScrapedSeries, scrapes: Scrapes): Track {
  const kept = keptOf.get(scrapes) ?? { tracks: new WeakMap<ScrapedSeries, Track>(), room: mostKeptValues };
  keptOf.set(scrapes, kept);
  const known = kept.tracks.get(series);
  if (known !== undefined) return known;
  const track = madeOf(series, scrapes);
  if (kept.room >= track.length) {
    kept.room -= track.length;
    kept.tracks.set(series, track);
  }
  return track;
}

function madeOf({ points }: ScrapedSeries, scrapes: Scrapes): Track {
  let next = 0;
  return scrapes.map(({ atMicros }) => {
    while ((points[next]?.atMicros ?? Infinity) < atMicros) next += 1;
    const point = points[next];
    return point?.atMicros === atMicros && !Number.isNaN(point.value) ? point.value : undefined;
  });
}

/** By scrape: what exposes the counters began anew before it. */
export interface Restarts {
  /** One of these very counters was lower than before, and so all of them began at 0. */
  readonly own: readonly boolean[];
  /** Any counter of the target was: what was gone then began at 0, too. */
  readonly any: readonly boolean[];
}

/** `tracks`: of counters that begin anew together. */
export const restartsIn = (
  tracks: readonly Track[],
  log: Pick<ScrapeLog, 'series' | 'scrapes'>,
): Restarts => ({
  own: dropsIn(tracks, log.scrapes.length),
  any: dropsOfAny(log),
});

function dropsIn(tracks: readonly Track[], count: number): boolean[] {
  const drops = Array.from({ length: count }, () => false);
  for (const track of tracks) markDrops(track, drops);
  return drops;
}

function markDrops(track: Track, drops: boolean[]): void {
  let last = -Infinity;
  for (const [scrape, value] of track.entries()) {
    if (value === undefined) continue;
    if (value < last) drops[scrape] = true;
    last = value;
  }
}

const dropsKept = new WeakMap<Scrapes, readonly boolean[]>();

function dropsOfAny({ series, scrapes }: Pick<ScrapeLog, 'series' | 'scrapes'>): readonly boolean[] {
  const known = dropsKept.get(scrapes);
  if (known !== undefined) return known;
  const drops = Array.from({ length: scrapes.length }, () => false);
  // A sum of negative values may fall.
  for (const entry of series)
    if (isCounter(entry) && !entry.name.endsWith('_sum')) markDrops(madeOf(entry, scrapes), drops);
  dropsKept.set(scrapes, drops);
  return drops;
}

/**
 * How much a counter grew up to each scrape, since the one before that had it. After a restart it began at 0, and so did
 * one that scrapes did not have before; what it was at the first scrape of all is where counting begins. One that is gone
 * and comes back goes on where it was, unless the target began anew meanwhile: libraries expose a label when it is first used.
 */
export function increasesOf(track: Track, { own, any }: Restarts): number[] {
  let last: number | null = null;
  let [isGone, isAnew] = [false, false];
  return track.map((value, scrape) => {
    isGone ||= value === undefined;
    isAnew ||= own[scrape] === true || (isGone && any[scrape] === true);
    if (value === undefined) return 0;
    const before: number = isAnew ? 0 : (last ?? (scrape === 0 ? value : 0));
    [last, isGone, isAnew] = [value, false, false];
    return value - before;
  });
}
