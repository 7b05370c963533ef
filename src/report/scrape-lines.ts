// Scraped series as lines over time: counters as rates, gauges as they were, histograms as a quantile of what they gained.

import { samplesNeeded } from '../measure/quantile.ts';
import type { ScrapedSeries, ScrapeLog } from '../record/scrape-log.ts';
import { bucketGrowths, bucketsIn, histogramOf, quantileOfBuckets } from '../slo/scraped-histogram.ts';
import { type Growth, growthsOf, isGap, summed } from '../slo/scraped.ts';
import { increasesOf, restartsIn, trackOf } from '../slo/tracks.ts';
import { labelText } from '../slo/scraped-words.ts';
import type { Selector } from '../slo/selector.ts';
import type { TimeLine, TimePoint } from './charts/lines.ts';

const mostLines = 6;
const mostPoints = 150;
interface Stretch {
  readonly startMicros: number;
  readonly endMicros: number;
  readonly y: number | null;
}

/** What lies before the load is left out. */
const pointsOf = (stretches: readonly Stretch[]): TimePoint[] =>
  stretches
    .filter(({ endMicros }) => endMicros > 0)
    .map(({ startMicros, endMicros, y }) => ({
      fromMicros: Math.max(0, startMicros),
      toMicros: endMicros,
      y,
    }));

/** Neighbours of which something is known, or of which nothing is: no line goes through a gap, no gap hides a point. */
function grouped<Item>(items: readonly Item[], isKnown: (item: Item) => boolean): Item[][] {
  const size = Math.max(1, Math.ceil(items.length / mostPoints));
  return items.reduce<Item[][]>((groups, item) => {
    const group = groups.at(-1);
    const last = group?.at(-1);
    const goesOn = last !== undefined && isKnown(last) === isKnown(item);
    if (group !== undefined && goesOn && group.length < size) group.push(item);
    else groups.push([item]);
    return groups;
  }, []);
}

const spanOf = (group: readonly Omit<Stretch, 'y'>[]) => ({
  startMicros: group[0]?.startMicros ?? 0,
  endMicros: group.at(-1)?.endMicros ?? 0,
});

/** All of them together, per second. */
export function rateLine(log: ScrapeLog, series: readonly ScrapedSeries[]): TimeLine {
  const tracks = series.map((entry) => trackOf(entry, log.scrapes));
  const increases = tracks.map((track) => increasesOf(track, restartsIn([track], log)));
  const growths = growthsOf(summed(increases), log.scrapes).map((growth, index) => ({
    ...growth,
    known: !isGap(growth, log) && tracks.some((track) => track[index + 1] !== undefined),
  }));
  const stretches = grouped(withoutSplinters(growths, log), ({ known }) => known).map((group): Stretch => {
    const span = spanOf(group);
    const increase = group.reduce((sum, growth) => sum + growth.increase, 0);
    const isKnown = group.every(({ known }) => known) && Number.isFinite(increase);
    const y = isKnown ? (increase * 1_000_000) / (span.endMicros - span.startMicros) : null;
    return { ...span, y };
  });
  return { name: 'rate', className: 's1', points: pointsOf(stretches) };
}

/** Scrapes that follow each other at once tell no rate: the time between them joins the one before it. */
function withoutSplinters<Known extends Growth & { readonly known: boolean }>(
  growths: readonly Known[],
  { everyMicros }: ScrapeLog,
): Known[] {
  const joined: Known[] = [];
  for (const growth of growths) {
    const last = joined.at(-1);
    const isSplinter = growth.endMicros - growth.startMicros < everyMicros / 2;
    if (last?.known === true && growth.known && isSplinter) {
      const increase = last.increase + growth.increase;
      joined[joined.length - 1] = { ...last, endMicros: growth.endMicros, increase };
    } else joined.push(growth);
  }
  return joined;
}

/** One for each, up to six; of several scrapes in one point the highest. */
export const gaugeLines = (log: ScrapeLog, series: readonly ScrapedSeries[]): TimeLine[] =>
  series.slice(0, mostLines).map((entry, index) => {
    const track = trackOf(entry, log.scrapes);
    const looks = log.scrapes.flatMap(({ atMicros }, scrape) => {
      const before = log.scrapes[scrape - 1]?.atMicros ?? atMicros - log.everyMicros;
      const whole = { startMicros: before, endMicros: atMicros };
      const value = track[scrape];
      if (!isGap(whole, log)) return [{ ...whole, value }];
      const startMicros = atMicros - log.everyMicros;
      return [
        { startMicros: before, endMicros: startMicros, value: undefined },
        { startMicros, endMicros: atMicros, value },
      ];
    });
    const stretches = grouped(looks, ({ value }) => value !== undefined).map((group): Stretch => {
      const values = group.flatMap(({ value = NaN }) => (Number.isFinite(value) ? [value] : []));
      return { ...spanOf(group), y: values.length === 0 ? null : Math.max(...values) };
    });
    const name = Object.keys(entry.labels).length === 0 ? entry.name : labelText(entry.labels);
    return { name, className: `s${index + 1}`, points: pointsOf(stretches) };
  });

/** In stretches that each hold enough observations for it; null: there is no histogram of that name. */
export function quantileLine(log: ScrapeLog, selector: Selector, statistic: string): TimeLine | null {
  const histogram = histogramOf(log, selector);
  if (histogram === null || typeof histogram === 'string') return null;
  const quantile = Number(statistic.slice(1)) / 100;
  const buckets = bucketGrowths(log, histogram);
  const totals = buckets.at(-1)?.growths ?? [];
  const needed = samplesNeeded(quantile);
  const stretches = enoughEach(totals, needed, log).map((group): Stretch => {
    const span = spanOf(group);
    const observed = group.reduce((sum, { increase }) => sum + increase, 0);
    const isKnown = observed >= needed && !group.some((growth) => isGap(growth, log));
    const found = isKnown ? quantileOfBuckets(bucketsIn(log, buckets, [span]), quantile) : null;
    return { ...span, y: found === null || found.to === Infinity ? null : found.value };
  });
  return { name: statistic, className: 's1', points: pointsOf(stretches), steps: true };
}

/** As short as that allows, gaps alone; what is left before a gap or at the end joins the stretch before it. */
function enoughEach(totals: readonly Growth[], needed: number, log: ScrapeLog): Growth[][] {
  const size = Math.ceil(totals.length / mostPoints);
  const runs = totals.reduce<Growth[][]>((found, growth, index) => {
    const before = totals[index - 1];
    const goesOn = before !== undefined && !isGap(before, log) && !isGap(growth, log);
    if (goesOn) found.at(-1)?.push(growth);
    else found.push([growth]);
    return found;
  }, []);
  return runs.flatMap((run) => {
    const groups: Growth[][] = [[]];
    let observed = 0;
    for (const growth of run) {
      const last = groups.at(-1);
      if (last === undefined || (observed >= needed && last.length >= size)) {
        groups.push([growth]);
        observed = growth.increase;
        continue;
      }
      last.push(growth);
      observed += growth.increase;
    }
    const isShort = observed < needed && groups.length > 1;
    return isShort ? [...groups.slice(0, -2), groups.slice(-2).flat()] : groups;
  });
}
