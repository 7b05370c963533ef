// Histograms of the target: what their buckets gained in a stretch of time, and the quantile of it.
//
// As histogram_quantile of Prometheus: https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile

import type { ScrapedSeries, ScrapeLog } from '../record/scrape-log.ts';
import { type Growth, growthsOf, increaseIn, seriesOf, summed } from './scraped.ts';
import type { Selector } from './selector.ts';
import type { Span } from './spans.ts';
import { increasesOf, restartsIn, type Track, trackOf } from './tracks.ts';

export interface Bucket {
  /** Its upper bound; Infinity for the last. */
  readonly le: number;
  /** Observations up to there. */
  readonly count: number;
}

/** One per set of labels but `le`. */
interface Member {
  readonly bounds: readonly number[];
  readonly tracks: readonly Track[];
}

export interface HistogramTracks {
  readonly members: readonly Member[];
  /** How many were observed: the tracks of the last buckets. */
  readonly totals: readonly Track[];
}

/** Of the family that a selector names; a text says why they cannot be used, null: there is none. */
export function histogramOf(log: ScrapeLog, selector: Selector): HistogramTracks | string | null {
  const groups = new Map<string, ScrapedSeries[]>();
  for (const series of seriesOf(log, selector, `${selector.name}_bucket`)) {
    if (series.kind !== 'histogram') continue;
    const { le: _, ...others } = series.labels;
    const key = JSON.stringify(others);
    groups.set(key, [...(groups.get(key) ?? []), series]);
  }
  if (groups.size === 0) return null;
  const members = [...groups.values()].map((group): Member => {
    const inOrder = [...group].sort((a, b) => boundOf(a) - boundOf(b));
    return { bounds: inOrder.map(boundOf), tracks: inOrder.map((series) => trackOf(series, log.scrapes)) };
  });
  const bounds = members[0]?.bounds ?? [];
  if (bounds.some(Number.isNaN)) return 'a bucket has no upper bound that can be read';
  if (members.some((member) => new Set(member.bounds).size < member.bounds.length))
    return 'two of its buckets have the same upper bound';
  if (bounds.length < 2 || bounds.at(-1) !== Infinity) return 'its buckets do not end with `le="+Inf"`';
  if (members.some((member) => member.bounds.join() !== bounds.join()))
    return 'its series have different buckets: name one by its labels';
  return { members, totals: members.flatMap(({ tracks }) => tracks.slice(-1)) };
}

function boundOf({ labels }: ScrapedSeries): number {
  const written = labels['le'] ?? '';
  if (/^\+?Inf$/i.test(written)) return Infinity;
  return written.trim() === '' ? NaN : Number(written);
}

interface BucketGrowths {
  readonly le: number;
  readonly growths: readonly Growth[];
}

/** What all members together gained between scrapes, by bucket. */
export function bucketGrowths(
  log: Pick<ScrapeLog, 'series' | 'scrapes'>,
  { members }: HistogramTracks,
): BucketGrowths[] {
  const gained = members.map(({ tracks }) => {
    const restarts = restartsIn(tracks, log);
    return tracks.map((track) => increasesOf(track, restarts));
  });
  return (members[0]?.bounds ?? []).map((le, index) => ({
    le,
    growths: growthsOf(summed(gained.map((lists) => lists[index] ?? [])), log.scrapes),
  }));
}

/** And in the time. */
export function bucketsIn(
  log: Pick<ScrapeLog, 'everyMicros'>,
  buckets: readonly BucketGrowths[],
  time: readonly Span[],
): Bucket[] {
  let least = 0;
  return buckets.map(({ le, growths }) => {
    // Rounding must not let a bucket hold less than the one inside it.
    least = Math.max(least, increaseIn(growths, time, log).increase);
    return { le, count: least };
  });
}

export interface BucketQuantile {
  readonly value: number;
  /** The bucket that it lies in; `to` Infinity: nothing is known beyond `from`. */
  readonly from: number;
  readonly to: number;
  /** The first bucket of all: what is exactly `from` is in it, too. */
  readonly isFirst: boolean;
}

/** Linear within its bucket, of which the first begins at 0 (or at its own bound, when that is not above 0). null of nothing. */
export function quantileOfBuckets(buckets: readonly Bucket[], quantile: number): BucketQuantile | null {
  const total = buckets.at(-1)?.count ?? 0;
  if (total <= 0) return null;
  const rank = quantile * total;
  const index = buckets.findIndex(({ count }) => count >= rank);
  const [bucket, before] = [buckets[index], buckets[index - 1]];
  if (bucket === undefined) return null;
  if (bucket.le === Infinity) {
    const from = before?.le ?? 0;
    return { value: from, from, to: Infinity, isFirst: before === undefined };
  }
  if (before === undefined && bucket.le <= 0)
    return { value: bucket.le, from: -Infinity, to: bucket.le, isFirst: true };
  const [from, below] = [before?.le ?? 0, before?.count ?? 0];
  const share = bucket.count > below ? (rank - below) / (bucket.count - below) : 1;
  return { value: from + (bucket.le - from) * share, from, to: bucket.le, isFirst: before === undefined };
}

export interface FamilyMean {
  readonly sum: number;
  readonly count: number;
  /** Of `_count`. */
  readonly totals: readonly Track[];
}

/** Of a histogram or a summary: what `_sum` and `_count` gained. null: it has none. */
export function meanOf(log: ScrapeLog, selector: Selector, time: readonly Span[]): FamilyMean | null {
  const { scrapes } = log;
  const named = (suffix: string): ScrapedSeries[] =>
    seriesOf(log, selector, `${selector.name}_${suffix}`).filter(
      ({ kind }) => kind === 'histogram' || kind === 'summary',
    );
  const sums = new Map(named('sum').map((series) => [JSON.stringify(series.labels), series]));
  const pairs = named('count').flatMap((counts) => {
    const sum = sums.get(JSON.stringify(counts.labels));
    return sum === undefined ? [] : [{ counts: trackOf(counts, scrapes), sums: trackOf(sum, scrapes) }];
  });
  if (pairs.length === 0) return null;
  const gained = pairs.map((pair) => {
    // A sum of negative values may fall; a count does not.
    const restarts = restartsIn([pair.counts], log);
    return { counts: increasesOf(pair.counts, restarts), sums: increasesOf(pair.sums, restarts) };
  });
  const inTime = (of: 'counts' | 'sums'): number =>
    increaseIn(growthsOf(summed(gained.map((entry) => entry[of])), scrapes), time, log).increase;
  return { sum: inTime('sums'), count: inTime('counts'), totals: pairs.map(({ counts }) => counts) };
}
