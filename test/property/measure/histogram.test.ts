// The histogram keeps its three digits, and splitting, sending and merging change nothing.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countAbove,
  createHistogram,
  decodeInto,
  encodeHistogram,
  longestMicros,
  mergeHistograms,
  recordMicros,
  slowest,
  sumOf,
  valueAtRank,
} from '../../../src/measure/histogram.ts';

const latency = fc.oneof(
  fc.integer({ min: 0, max: 3_000 }),
  fc.integer({ min: 0, max: 2_000_000 }),
  fc.integer({ min: 0, max: longestMicros }),
);
const latencies = fc.array(latency, { minLength: 1, maxLength: 200 });

function recorded(values: readonly number[]): ReturnType<typeof createHistogram> {
  const histogram = createHistogram();
  for (const value of values) recordMicros(histogram, value);
  return histogram;
}
const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);

describe('histogram', () => {
  it('gives the value of every rank to within a thousandth', () => {
    fc.assert(
      fc.property(latencies, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
        const rank = Math.max(1, Math.ceil(share * values.length));
        const exact = sorted(values)[rank - 1] ?? Number.NaN;
        const shown = valueAtRank(recorded(values), rank);
        expect(shown).toBeGreaterThanOrEqual(exact);
        expect(shown).toBeLessThanOrEqual(exact * 1.001 + 1);
      }),
    );
  });

  it('merged in parts is the same as recorded together', () => {
    fc.assert(
      fc.property(fc.array(latencies, { minLength: 1, maxLength: 5 }), (parts) => {
        const together = encodeHistogram(recorded(parts.flat()));
        expect(encodeHistogram(mergeHistograms(parts.map(recorded)))).toEqual(together);
      }),
    );
  });

  it('sent and read back is the same', () => {
    fc.assert(
      fc.property(latencies, (values) => {
        const sent = encodeHistogram(recorded(values));
        const read = createHistogram();
        decodeInto(read, sent);
        expect(encodeHistogram(read)).toEqual(sent);
        expect(read.totalCount).toBe(values.length);
        expect(slowest(read)).toBe(slowest(recorded(values)));
        expect(sumOf(read)).toBe(sumOf(recorded(values)));
      }),
    );
  });

  it('counts what lies above a threshold, but for the bucket that holds it', () => {
    fc.assert(
      fc.property(latencies, latency, (values, threshold) => {
        const above = countAbove(recorded(values), threshold);
        expect(above).toBeLessThanOrEqual(values.filter((value) => value > threshold).length);
        expect(above).toBeGreaterThanOrEqual(values.filter((value) => value > threshold * 1.002 + 2).length);
      }),
    );
  });

  it('can be used again after a reset', () => {
    const histogram = recorded([5, 70_000]);
    histogram.reset();
    recordMicros(histogram, 9);
    expect([...encodeHistogram(histogram)]).toEqual([9, 1]);
  });

  it('takes what a clock may produce: negative and endless', () => {
    expect(slowest(recorded([-3]))).toBe(0);
    expect(slowest(recorded([Number.MAX_SAFE_INTEGER]))).toBeLessThanOrEqual(longestMicros * 1.001);
  });
});
