// The curve's arithmetic against cases worked out by hand.

import { describe, expect, it } from 'vitest';
import { createArrivals } from '../../../src/workload/arrivals.ts';
import { shareOf } from '../../../src/workload/partition.ts';
import { createRateCurve } from '../../../src/workload/rate-curve.ts';

const second = 1_000_000;
const stage = (
  fromPerSecond: number,
  toPerSecond: number,
  seconds: number,
  spacing: 'even' | 'poisson' = 'even',
) => ({
  fromPerSecond,
  toPerSecond,
  forMicros: seconds * second,
  spacing,
});
const dues = (stages: ReturnType<typeof stage>[], seed = 7): number[] => {
  const arrivals = createArrivals(stages, seed);
  const found = [];
  for (let next = arrivals.next(); next !== undefined; next = arrivals.next()) found.push(next.dueMicros);
  return found;
};

describe('rate curve', () => {
  it('spaces a constant rate evenly from the very start', () => {
    expect(dues([stage(20, 20, 10)])).toEqual(Array.from({ length: 200 }, (_, n) => n * 50_000));
  });

  it('inverts a ramp up from nothing: the n-th is due at √(2n/s)', () => {
    const due = dues([stage(0, 10, 10)]);
    expect(due).toHaveLength(50);
    expect(due[8]).toBe(4 * second);
    expect(due[32]).toBe(8 * second);
  });

  it('inverts a ramp down to nothing', () => {
    const due = dues([stage(10, 0, 10)]);
    expect(due).toHaveLength(50);
    // 10t − t²/2 = 42 at t = 6
    expect(due[42]).toBe(6 * second);
  });

  it('carries fractions across stages', () => {
    const due = dues([stage(1, 1, 0.5), stage(2, 2, 1), stage(1, 1, 2)]);
    expect(due.map(Math.round)).toEqual(
      [0, 0.75 * second, 1.25 * second, 2 * second, 3 * second].map(Math.round),
    );
  });

  it('starts nothing in a pause, but at its end', () => {
    expect(dues([stage(0, 0, 2), stage(1, 1, 2)])).toEqual([2 * second, 3 * second]);
    expect(dues([stage(1, 1, 2), stage(0, 0, 5), stage(1, 1, 1)])).toEqual([0, second, 7 * second]);
  });

  it('does not let a rounding error of the sum offer one more', () => {
    // In binary fractions this is a little more than 3.
    expect(0.1 + 2.7 + 0.2).toBeGreaterThan(3);
    expect(dues([stage(0.1, 0.1, 1), stage(2.7, 2.7, 1), stage(0.2, 0.2, 1)])).toHaveLength(3);
  });

  it('offers nothing at a rate of nothing', () => {
    expect(dues([stage(0, 0, 5)])).toEqual([]);
  });

  it('does not accumulate error: the millionth is as exact as the first', () => {
    const curve = createRateCurve([stage(333.3, 333.3, 3001)]);
    expect(curve.timeAt(1_000_000)).toBeCloseTo((1_000_000 / 333.3) * second, 2);
  });

  it('spaces Poisson arrivals by exponentials: as many as expected, with as much spread', () => {
    const due = dues([stage(1000, 1000, 100, 'poisson')]);
    const gaps = due.slice(1).map((at, index) => at - (due[index] ?? 0));
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
    expect(mean).toBeGreaterThan(970);
    expect(mean).toBeLessThan(1030);
    // The standard deviation of an exponential is its mean.
    expect(Math.sqrt(variance) / mean).toBeGreaterThan(0.95);
    expect(Math.sqrt(variance) / mean).toBeLessThan(1.05);
  });

  it('divides whole numbers without losing or adding one', () => {
    const parts = (total: number, count: number): number[] =>
      Array.from({ length: count }, (_, index) => shareOf(total, { index, count }));
    expect(parts(500, 3)).toEqual([167, 167, 166]);
    expect(parts(2, 2)).toEqual([1, 1]);
  });
});
