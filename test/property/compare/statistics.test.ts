// The estimator, its interval and its p-value under any data, and how often the interval covers under simulation.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  hodgesLehmann,
  signedRankInterval,
  signedRankTrim,
  walshAverages,
} from '../../../src/compare/signed-rank.ts';
import { signedRankPValue } from '../../../src/compare/signed-rank-test.ts';
import { createRandom } from '../../../src/kernel/random.ts';
import type { Random } from '../../../src/kernel/random.ts';

const values = fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 6, maxLength: 20 });
const interval = (list: readonly number[], confidence: number) => signedRankInterval(list, list, confidence)!;

test('the estimate and the interval move with the data', () => {
  fc.assert(
    fc.property(values, fc.integer({ min: -500, max: 500 }), (list, shift) => {
      const moved = list.map((value) => value + shift);
      expect(hodgesLehmann(moved)).toBeCloseTo(hodgesLehmann(list) + shift, 9);
      expect(interval(moved, 0.95).low).toBeCloseTo(interval(list, 0.95).low + shift, 9);
      expect(interval(moved, 0.9).high).toBeCloseTo(interval(list, 0.9).high + shift, 9);
    }),
  );
});

test('swapping before and after mirrors everything', () => {
  fc.assert(
    fc.property(values, (list) => {
      const mirrored = list.map((value) => -value);
      expect(hodgesLehmann(mirrored)).toBeCloseTo(-hodgesLehmann(list), 9);
      expect(interval(mirrored, 0.95).low).toBeCloseTo(-interval(list, 0.95).high, 9);
    }),
  );
});

test('the order of pairs says nothing', () => {
  fc.assert(
    fc.property(values, fc.infiniteStream(fc.nat()), (list, keys) => {
      const shuffled = list
        .map((value) => ({ value, key: keys.next().value as number }))
        .sort((a, b) => a.key - b.key)
        .map(({ value }) => value);
      expect(walshAverages(shuffled)).toEqual(walshAverages(list));
      expect(interval(shuffled, 0.95)).toEqual(interval(list, 0.95));
    }),
  );
});

test('the estimate lies in the 90 % interval, and that in the 95 % one', () => {
  fc.assert(
    fc.property(values, (list) => {
      const wide = interval(list, 0.95);
      const narrow = interval(list, 0.9);
      const estimate = hodgesLehmann(list);
      expect(
        wide.low <= narrow.low &&
          narrow.low <= estimate &&
          estimate <= narrow.high &&
          narrow.high <= wide.high,
      ).toBe(true);
    }),
  );
});

test('the p-value says what the interval says, zeros, ties and open values included', () => {
  const few = fc.array(
    fc.record({ value: fc.integer({ min: -4, max: 8 }), open: fc.constantFrom('no', 'no', 'low', 'high') }),
    { minLength: 5, maxLength: 30 },
  );
  const confidence = fc.oneof(
    fc.double({ min: 0.5, max: 0.9999, noNaN: true }),
    fc.constantFrom(0.9, 0.9412, 0.95, 0.9706),
  );
  fc.assert(
    fc.property(few, confidence, (list, level) => {
      const least = list.map(({ value, open }) => (open === 'low' ? Number.NEGATIVE_INFINITY : value));
      const greatest = list.map(({ value, open }) => (open === 'high' ? Number.POSITIVE_INFINITY : value));
      const found = signedRankInterval(least, greatest, level);
      const excludes = found !== null && (found.low > 0 || found.high < 0);
      const p = signedRankPValue(least, greatest);
      fc.pre(Math.abs(p - (1 - level)) > 1e-9);
      expect(p < 1 - level).toBe(excludes);
    }),
    { numRuns: 2_000 },
  );
});

const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
/** Symmetric with heavy tails: one in ten is ten times as wide. */
const outliers = (random: Random): number => normal(random) * (random() < 0.1 ? 10 : 1);

/** Four standard deviations of a share over so many cases. */
const slack = (share: number, cases: number): number => 4 * Math.sqrt((share * (1 - share)) / cases);

describe('coverage in a seeded simulation', () => {
  const cases = 2_500;
  // 1 − 2 · P(W ≤ trim), counted by hand from the subsets of ranks.
  const nominal: readonly (readonly [number, number, number])[] = [
    [6, 0.95, 1 - 2 / 64],
    [8, 0.95, 1 - 10 / 256],
    [10, 0.95, 1 - 50 / 1_024],
    [10, 0.9, 1 - 86 / 1_024],
  ];
  test.each(nominal)('n = %i at %d', (n, confidence, expected) => {
    for (const [seed, draw] of [
      [1, normal],
      [2, outliers],
    ] as const) {
      const random = createRandom(seed * 1_000 + n);
      let covered = 0;
      for (let index = 0; index < cases; index += 1) {
        const { low, high } = interval(
          Array.from({ length: n }, () => draw(random)),
          confidence,
        );
        if (low <= 0 && 0 <= high) covered += 1;
      }
      expect(Math.abs(covered / cases - expected)).toBeLessThan(slack(expected, cases));
    }
  });

  test('the two looks together stay at 95 % when nothing changed', () => {
    expect(signedRankTrim(8, 0.9706)).toBe(2);
    const random = createRandom(7);
    let alarms = 0;
    for (let index = 0; index < cases; index += 1) {
      const all = Array.from({ length: 16 }, () => normal(random));
      const alarm = [all.slice(0, 8), all].some((list) => {
        const { low, high } = interval(list, 0.9706);
        return low > 0 || high < 0;
      });
      if (alarm) alarms += 1;
    }
    expect(alarms / cases).toBeLessThan(0.05 + slack(0.05, cases));
  });
});
