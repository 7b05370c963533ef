// Failures rank above every good answer: at which share they begin to decide a percentile, and what it then says.

import { describe, expect, it } from 'vitest';
import { createHistogram, recordMicros } from '../../../src/measure/histogram.ts';
import { maxOf, meanOf, quantileOf, rankOf, samplesNeeded } from '../../../src/measure/quantile.ts';

/** 1 … n µs, good. */
function upTo(n: number): ReturnType<typeof createHistogram> {
  const histogram = createHistogram();
  for (let value = 1; value <= n; value += 1) recordMicros(histogram, value);
  return histogram;
}
const timeoutMicros = 30_000_000;

describe('quantiles over everything offered', () => {
  it('take the rank among the good ones when failures are few', () => {
    expect(quantileOf({ good: upTo(960), offered: 1000, timeoutMicros }, 0.95)).toEqual({
      valueMicros: 950,
      atLeast: false,
      enough: true,
    });
  });

  it('are a lower bound when the rank lies among the failures', () => {
    expect(quantileOf({ good: upTo(940), offered: 1000, timeoutMicros }, 0.95)).toEqual({
      valueMicros: timeoutMicros,
      atLeast: true,
      enough: true,
    });
  });

  it('change over exactly at the last good answer', () => {
    expect(quantileOf({ good: upTo(950), offered: 1000, timeoutMicros }, 0.95)?.atLeast).toBe(false);
    expect(quantileOf({ good: upTo(949), offered: 1000, timeoutMicros }, 0.95)?.atLeast).toBe(true);
  });

  it('never bound lower than the slowest good answer', () => {
    const value = quantileOf({ good: upTo(900), offered: 1000, timeoutMicros: 5 }, 0.95);
    expect(value).toMatchObject({ atLeast: true, valueMicros: 900 });
  });

  it('say whether there are enough samples: 10/(1−q)', () => {
    expect([0.5, 0.95, 0.99, 0.999].map(samplesNeeded)).toEqual([20, 200, 1_000, 10_000]);
    expect(quantileOf({ good: upTo(199), offered: 199, timeoutMicros }, 0.95)?.enough).toBe(false);
    expect(quantileOf({ good: upTo(200), offered: 200, timeoutMicros }, 0.95)?.enough).toBe(true);
  });

  it('are unknown when nothing was offered, and a bound when nothing was good', () => {
    expect(quantileOf({ good: undefined, offered: 0, timeoutMicros }, 0.5)).toBeUndefined();
    expect(quantileOf({ good: undefined, offered: 3, timeoutMicros }, 0.5)?.atLeast).toBe(true);
  });

  it('rank without rounding errors of binary fractions', () => {
    expect(rankOf(0.95, 100)).toBe(95);
    expect(rankOf(0.99, 1_000)).toBe(990);
    expect(rankOf(0.07, 100)).toBe(7);
    expect(rankOf(0.5, 3)).toBe(2);
    expect(rankOf(0.99, 1_000_001)).toBe(990_001);
  });
});

describe('mean and max over everything offered', () => {
  it('count a failure as T', () => {
    const data = { good: upTo(3), offered: 4, timeoutMicros: 94 };
    expect(meanOf(data)).toEqual({ valueMicros: (1 + 2 + 3 + 94) / 4, atLeast: true });
    expect(maxOf(data)).toEqual({ valueMicros: 94, atLeast: true });
  });

  it('are plain without failures', () => {
    const data = { good: upTo(3), offered: 3, timeoutMicros };
    expect(meanOf(data)).toEqual({ valueMicros: 2, atLeast: false });
    expect(maxOf(data)).toEqual({ valueMicros: 3, atLeast: false });
  });
});
