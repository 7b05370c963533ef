// The only door to the histogram library: 3 significant digits, integer microseconds, exact ranks, compact bytes.

import type { Histogram } from 'hdr-histogram-js';
import hdr from 'hdr-histogram-js';

/** Longer latencies are recorded as this one (1 h), so that one wild value cannot blow up memory. */
export const longestMicros = 3_600_000_000;

/** An empty histogram that grows with the values it gets. */
export function createHistogram(): Histogram {
  const histogram = hdr.build({
    bitBucketSize: 32,
    autoResize: true,
    lowestDiscernibleValue: 1,
    highestTrackableValue: 2,
    numberOfSignificantValueDigits: 3,
    useWebAssembly: false,
  });
  return histogram;
}

/** Records a latency, rounded to whole microseconds; a negative one (clock rounding) counts as 0. */
export function recordMicros(histogram: Histogram, valueMicros: number): void {
  histogram.recordValue(Math.min(longestMicros, Math.max(0, Math.round(valueMicros))));
}

/** The library's own class, which alone shows the counts. */
function counted(histogram: Histogram): InstanceType<typeof hdr.JsHistogram> {
  if (histogram instanceof hdr.JsHistogram) return histogram;
  throw new TypeError('Only JavaScript histograms are supported, not WebAssembly ones.');
}

/** What a histogram made of pairs holds, so that looking through it need not pass thousands of empty buckets. */
const sparse = new WeakMap<Histogram, { readonly pairs: Uint32Array; readonly total: number }>();

function eachPair(
  inner: InstanceType<typeof hdr.JsHistogram>,
  pairs: Uint32Array,
  visit: (index: number, count: number, lowestMicros: number, highestMicros: number) => boolean,
): void {
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    const index = pairs[at] ?? 0;
    const lowest = inner.valueFromIndex(index);
    if (!visit(index, pairs[at + 1] ?? 0, lowest, inner.highestEquivalentValue(lowest))) return;
  }
}

/** Visits every bucket that holds something, in rising order; stops when `visit` returns false. */
function eachBucket(
  histogram: Histogram,
  visit: (index: number, count: number, lowestMicros: number, highestMicros: number) => boolean,
): void {
  const inner = counted(histogram);
  if (inner.totalCount === 0) return;
  const known = sparse.get(histogram);
  if (known?.total === inner.totalCount) {
    eachPair(inner, known.pairs, visit);
    return;
  }
  const last = Math.min(inner.countsArrayLength - 1, inner.countsArrayIndex(inner.maxValue));
  const first =
    inner.getCountAtIndex(0) > 0
      ? 0
      : inner.countsArrayIndex(Math.min(inner.minNonZeroValue, inner.maxValue));
  for (let index = first; index <= last; index += 1) {
    const count = inner.getCountAtIndex(index);
    if (count === 0) continue;
    const lowest = inner.valueFromIndex(index);
    if (!visit(index, count, lowest, inner.highestEquivalentValue(lowest))) return;
  }
}

/** Adds `source` into `target`; nothing is lost but what 3 digits already lost. */
function mergeInto(target: Histogram, source: Histogram): void {
  eachBucket(source, (_index, count, lowestMicros) => {
    target.recordValueWithCount(lowestMicros, count);
    return true;
  });
}

/** One histogram holding all of `sources`. */
export function mergeHistograms(sources: Iterable<Histogram | undefined>): Histogram {
  const merged = createHistogram();
  for (const source of sources) {
    if (source !== undefined) mergeInto(merged, source);
  }
  return merged;
}

/** The rank-th smallest value (1 … totalCount), as the upper end of its bucket; 0 when empty. Exact by count. */
export function valueAtRank(histogram: Histogram, rank: number): number {
  let seen = 0;
  let value = 0;
  eachBucket(histogram, (_index, count, _lowest, highestMicros) => {
    seen += count;
    value = highestMicros;
    return seen < rank;
  });
  return value;
}

/** The slowest value, as the upper end of its bucket, so that it is the same live and read back; 0 when empty. */
export function slowest(histogram: Histogram): number {
  return valueAtRank(histogram, histogram.totalCount);
}

/** Sum of all values, each taken at the middle of its bucket, in microseconds. */
export function sumOf(histogram: Histogram): number {
  let sum = 0;
  eachBucket(histogram, (_index, count, lowestMicros, highestMicros) => {
    sum += (count * (lowestMicros + highestMicros)) / 2;
    return true;
  });
  return sum;
}

/** How many values lie above a threshold; the bucket that holds the threshold itself is not above it. */
export function countAbove(histogram: Histogram, thresholdMicros: number): number {
  let above = 0;
  eachBucket(histogram, (_index, count, lowestMicros) => {
    if (lowestMicros > thresholdMicros) above += count;
    return true;
  });
  return above;
}

/** Pairs (bucket, count) of what a histogram holds: small, and free to transfer between threads. */
export function encodeHistogram(histogram: Histogram): Uint32Array {
  let buckets = 0;
  eachBucket(histogram, () => {
    buckets += 1;
    return true;
  });
  const pairs = new Uint32Array(buckets * 2);
  let at = 0;
  eachBucket(histogram, (index, count) => {
    pairs[at] = index;
    pairs[at + 1] = count;
    at += 2;
    return true;
  });
  return pairs;
}

/** A histogram of encoded pairs. Meant for reading: one that is recorded into later is looked through bucket by bucket. */
export function histogramOfPairs(pairs: Uint32Array): Histogram {
  const histogram = createHistogram();
  decodeInto(histogram, pairs);
  sparse.set(histogram, { pairs, total: histogram.totalCount });
  return histogram;
}

/** Adds encoded pairs into a histogram. */
export function decodeInto(target: Histogram, pairs: Uint32Array): void {
  const inner = counted(target);
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    target.recordValueWithCount(inner.valueFromIndex(pairs[at] ?? 0), pairs[at + 1] ?? 0);
  }
}
