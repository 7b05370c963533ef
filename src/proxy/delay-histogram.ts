// A small histogram of delays: logarithmic buckets of 1/128, so that a percentile is within 0.4 %, mergeable, sparse.

const subBuckets = 128;

export interface DelaySummary {
  /** Nearest rank, microseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly count: number;
}

/** Bucket → count. */
export type DelayHistogram = Map<number, number>;

export function recordDelay(histogram: DelayHistogram, delayMicros: number): void {
  const bucket = bucketOf(Math.max(0, Math.round(delayMicros)));
  histogram.set(bucket, (histogram.get(bucket) ?? 0) + 1);
}

export function addDelays(total: DelayHistogram, more: DelayHistogram): void {
  for (const [bucket, times] of more) total.set(bucket, (total.get(bucket) ?? 0) + times);
}

/** Null when nothing was recorded. */
export function summarizeDelays(histograms: Iterable<DelayHistogram>): DelaySummary | null {
  const merged: DelayHistogram = new Map();
  for (const histogram of histograms) addDelays(merged, histogram);
  const count = [...merged.values()].reduce((total, times) => total + times, 0);
  if (count === 0) return null;
  const sorted = [...merged].sort(([a], [b]) => a - b);
  return { p50: quantile(sorted, count, 0.5), p99: quantile(sorted, count, 0.99), count };
}

/** Below 128 each microsecond has a bucket; above, each octave has 128. */
function bucketOf(micros: number): number {
  if (micros < subBuckets) return micros;
  const octave = Math.floor(Math.log2(micros)) - 7;
  return subBuckets * (octave + 1) + Math.floor(micros / 2 ** octave) - subBuckets;
}

function middleOf(bucket: number): number {
  if (bucket < subBuckets) return bucket;
  const octave = Math.floor(bucket / subBuckets) - 1;
  const low = (subBuckets + (bucket % subBuckets)) * 2 ** octave;
  return Math.round(low + (2 ** octave - 1) / 2);
}

function quantile(sorted: readonly (readonly [number, number])[], count: number, share: number): number {
  let left = Math.ceil(count * share);
  for (const [bucket, times] of sorted) {
    left -= times;
    if (left <= 0) return middleOf(bucket);
  }
  return middleOf(sorted.at(-1)?.[0] ?? 0);
}
