// Series of the target's own metrics within the time that a promise asks for: which are meant, and how counters grew.

import { formatDuration } from '../kernel/units.ts';
import type { ScrapedSeries, ScrapeLog } from '../record/scrape-log.ts';
import type { LabelMatch, Selector } from './selector.ts';
import type { Track } from './tracks.ts';
import { clipped, isWithin, lengthOf, type Span, unionOf } from './spans.ts';

/** Between two scrapes, in order of time. */
export interface Growth extends Span {
  readonly increase: number;
}

/** Fewer say nothing of a load. */
const fewestScrapes = 3;
/** Of the time that is asked for. */
const leastShare = 0.8;
/** Scrapes further apart than this many intervals leave a gap. */
const gapFactor = 2.5;

type Labels = ScrapedSeries['labels'];

/** A label that is missing counts as empty; patterns are for the whole value. */
function labelMatches({ label, operator, value }: LabelMatch): (labels: Labels) => boolean {
  const pattern = operator.endsWith('~') ? new RegExp(`^(?:${value})$`, 'u') : null;
  const wanted = !operator.startsWith('!');
  return (labels) => {
    const found = Object.hasOwn(labels, label) ? (labels[label] ?? '') : '';
    return (pattern === null ? found === value : pattern.test(found)) === wanted;
  };
}

/** `name`: in place of the selector's, for the parts of a family. */
export function seriesOf(log: ScrapeLog, selector: Selector, name = selector.name): ScrapedSeries[] {
  const tests = selector.labels.map(labelMatches);
  return log.series.filter((series) => series.name === name && tests.every((test) => test(series.labels)));
}

/** Element by element; at least one list. */
export const summed = (lists: readonly (readonly number[])[]): number[] =>
  (lists[0] ?? []).map((_, index) => lists.reduce((sum, list) => sum + (list[index] ?? 0), 0));

export function growthsOf(increases: readonly number[], scrapes: ScrapeLog['scrapes']): Growth[] {
  return scrapes.slice(1).map(({ atMicros }, index) => ({
    startMicros: scrapes[index]?.atMicros ?? atMicros,
    endMicros: atMicros,
    increase: increases[index + 1] ?? 0,
  }));
}

/** Nobody looked in between, for longer than an interval or two. */
export const isGap = (
  { startMicros, endMicros }: Span,
  { everyMicros }: Pick<ScrapeLog, 'everyMicros'>,
): boolean => endMicros - startMicros > gapFactor * everyMicros;

/**
 * What reaches over an edge of the time counts in proportion; over a gap there that would be a guess, and neither what was
 * gained nor its time counts.
 */
export function increaseIn(
  growths: readonly Growth[],
  time: readonly Span[],
  log: Pick<ScrapeLog, 'everyMicros'>,
): { readonly increase: number; readonly micros: number } {
  let [increase, micros] = [0, 0];
  const [first, last] = [time[0]?.startMicros ?? Infinity, time.at(-1)?.endMicros ?? -Infinity];
  for (const growth of growths) {
    if (growth.endMicros <= first || growth.startMicros >= last) continue;
    const inside = lengthOf(clipped(time, growth));
    const whole = growth.endMicros - growth.startMicros;
    if (inside <= 0 || (inside < whole && isGap(growth, log))) continue;
    increase += (growth.increase * inside) / whole;
    micros += inside;
  }
  return { increase, micros };
}

/** Rates per second between scrapes that lie in the time as a whole; not those of scrapes that follow each other at once. */
export function ratesIn(growths: readonly Growth[], time: readonly Span[], everyMicros: number) {
  return growths.flatMap(({ startMicros, endMicros, increase }) => {
    const micros = endMicros - startMicros;
    const whole = time.some((span) => span.startMicros <= startMicros && endMicros <= span.endMicros);
    return whole && micros >= everyMicros / 2
      ? [{ startMicros, endMicros, value: (increase * 1_000_000) / micros }]
      : [];
  });
}

/** In how many scrapes of the time any of them was. */
export const scrapesIn = (log: ScrapeLog, tracks: readonly Track[], time: readonly Span[]): number =>
  log.scrapes.filter(
    ({ atMicros }, scrape) => isWithin(atMicros, time) && tracks.some((track) => track[scrape] !== undefined),
  ).length;

/** Why the scrapes that had any of them are too few for the time; null when they are enough. */
export function uncovered(
  log: ScrapeLog,
  tracks: readonly Track[],
  time: readonly Span[],
  whenAbsent: 'unknown' | 'zero before it began',
): string | null {
  const count = scrapesIn(log, tracks, time);
  if (count === 0) return 'no scrape of that time had it';
  const has = log.scrapes.map((_, scrape) => tracks.some((track) => track[scrape] !== undefined));
  const firstOfAll = has.indexOf(true);
  const known = has.map((yes, scrape) => yes || (whenAbsent !== 'unknown' && scrape < firstOfAll));
  const times = log.scrapes.filter((_, scrape) => known[scrape]).map(({ atMicros }) => atMicros);
  const inTime = times.filter((atMicros) => isWithin(atMicros, time)).length;
  if (inTime < fewestScrapes) return tooFew(inTime);
  const seen = times.flatMap((atMicros, index): Span[] => {
    const before = times[index - 1] ?? atMicros;
    const pause = { startMicros: before, endMicros: atMicros };
    return isGap(pause, log) ? [] : clipped(time, pause);
  });
  const [seenMicros, neededMicros] = [lengthOf(unionOf(seen)), lengthOf(time)];
  return seenMicros >= leastShare * neededMicros
    ? null
    : `scrapes had it for ${formatDuration(seenMicros)} of the ${formatDuration(neededMicros)} that are asked for`;
}

const tooFew = (count: number): string =>
  `${count} ${count === 1 ? 'scrape' : 'scrapes'} of that time had it, ${fewestScrapes} are needed`;
