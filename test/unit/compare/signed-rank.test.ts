// The statistics of section 9 against values worked out by hand and the published critical values.

import { describe, expect, test } from 'vitest';
import { normalTail } from '../../../src/compare/normal.ts';
import {
  approximateTail,
  hodgesLehmann,
  median,
  signedRankDistribution,
  signedRankInterval,
  signedRankTail,
  signedRankTrim,
  walshAverages,
} from '../../../src/compare/signed-rank.ts';
import { signedRankPValue } from '../../../src/compare/signed-rank-test.ts';

test('the median of odd, even and no values', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(() => median([])).toThrow(RangeError);
});

test('Walsh averages and their median', () => {
  // of 1, 2, 4: 1, (1+2)/2, 2, (1+4)/2, (2+4)/2, 4
  expect(walshAverages([4, 1, 2])).toEqual([1, 1.5, 2, 2.5, 3, 4]);
  expect(hodgesLehmann([1, 2, 4])).toBe(2.25);
  expect(hodgesLehmann([1, 2, 300])).toBe((2 + 150.5) / 2);
  expect(hodgesLehmann([1, 2, 3, 4, 5_000])).toBe(3);
});

test('the distribution of the statistic counts subsets of ranks', () => {
  // of {1, 2, 3}: sums 0, 1, 2, 3 (twice), 4, 5, 6
  expect(signedRankDistribution(3)).toEqual([1, 1, 1, 2, 1, 1, 1].map((count) => count / 8));
  expect(signedRankDistribution(10).reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
});

describe('Walsh averages left out at each end', () => {
  // The classical two-sided critical values of Wilcoxon's signed-rank test.
  const published95 = {
    6: 0,
    7: 2,
    8: 3,
    9: 5,
    10: 8,
    11: 10,
    12: 13,
    13: 17,
    14: 21,
    15: 25,
    16: 29,
    17: 34,
    18: 40,
    19: 46,
    20: 52,
    21: 58,
    22: 65,
    23: 73,
    24: 81,
    25: 89,
  };
  test.each(Object.entries(published95))('n = %s at 95 %%: %i', (n, trim) => {
    expect(signedRankTrim(Number(n), 0.95)).toBe(trim);
  });
  test.each([
    [6, 0.9, 2],
    [8, 0.9, 5],
    [10, 0.9, 10],
    [8, 0.9706, 2],
    [8, 0.9412, 4],
    [16, 0.9706, 26],
    [16, 0.9412, 31],
  ])('n = %i at %d: %i', (n, confidence, trim) => {
    expect(signedRankTrim(n, confidence)).toBe(trim);
  });
  test('five pairs never reach 95 %', () => {
    expect(signedRankTrim(5, 0.95)).toBeNull();
    expect(signedRankInterval([1, 2, 3, 4, 5], [1, 2, 3, 4, 5], 0.95)).toBeNull();
  });
});

test('the interval of six is their range at 95 %, and the third averages at 90 %', () => {
  const values = [1, 2, 4, 7, 11, 16];
  expect(signedRankInterval(values, values, 0.95)).toEqual({ low: 1, high: 16 });
  // rising: 1, 1.5, 2 … and falling: 16, 13.5, 11.5
  expect(signedRankInterval(values, values, 0.9)).toEqual({ low: 2, high: 11.5 });
});

test('a value known only as a bound opens its side and leaves the other', () => {
  const values = [1, 2, 4, 7, 11, 16];
  const open = [Number.NEGATIVE_INFINITY, ...values.slice(1)];
  expect(signedRankInterval(open, values, 0.95)).toEqual({ low: Number.NEGATIVE_INFINITY, high: 16 });
});

describe('beyond 25 values the normal approximation', () => {
  const exactTail = (n: number, w: number): number =>
    signedRankDistribution(n)
      .slice(0, w + 1)
      .reduce((sum, probability) => sum + probability, 0);

  test.each([20, 25, 26, 30, 40])('n = %i: is close, closest where it matters', (n) => {
    for (let w = 0; w <= (n * (n + 1)) / 2; w += 1) {
      const exact = exactTail(n, w);
      const allowed = exact < 0.06 ? 0.0013 : 0.0042;
      expect(Math.abs(approximateTail(n, w) - exact)).toBeLessThan(allowed);
    }
  });

  test('takes over at 26, and only there', () => {
    expect(signedRankTail(25, 89)).toBeCloseTo(exactTail(25, 89), 14);
    expect(signedRankTail(26, 98)).toBe(approximateTail(26, 98));
  });

  test('leaves out as many averages as the exact distribution, one more, or up to two fewer', () => {
    for (let n = 15; n <= 60; n += 1) {
      for (const confidence of [0.9, 0.9412, 0.95, 0.9706]) {
        const tail = (1 - confidence) / 2;
        const exact = signedRankDistribution(n).reduce(
          ({ sum, trim }, probability, w) => ({
            sum: sum + probability,
            trim: sum + probability <= tail ? w : trim,
          }),
          { sum: 0, trim: -1 },
        ).trim;
        expect(signedRankTrim(n, confidence)! - exact).toBeLessThanOrEqual(1);
        expect(exact - signedRankTrim(n, confidence)!).toBeLessThanOrEqual(2);
      }
    }
  });

  test.each([
    // μ − ½ − z · σ, rounded down: 26 → 175.5 − 0.5 − 1.959964 · 39.3732 and so on.
    [26, 0.95, 97],
    [30, 0.95, 136],
    [40, 0.95, 263],
    [30, 0.9, 152],
  ])('n = %i at %d: %i', (n, confidence, trim) => {
    expect(signedRankTrim(n, confidence)).toBe(trim);
  });
});

test('the normal distribution: published values, in the middle and far out', () => {
  expect(normalTail(0)).toBe(0.5);
  expect(normalTail(1.959963984540054)).toBeCloseTo(0.975, 12);
  expect(normalTail(-1)).toBeCloseTo(0.15865525393145707, 13);
  expect(normalTail(-5) / 2.866515718791933e-7).toBeCloseTo(1, 10);
  expect(normalTail(-10) / 7.61985302416047e-24).toBeCloseTo(1, 10);
  // Both ways of computing it meet at 3.
  expect(normalTail(-2.999_999_999) / normalTail(-3.000_000_001)).toBeCloseTo(1, 7);
  expect(normalTail(3)).toBeCloseTo(1 - 0.0013498980316300933, 13);
});

describe('the p-value', () => {
  test('six of one sign: 2/64; one small of the other sign: 4/64', () => {
    expect(signedRankPValue([1, 2, 3, 4, 5, 6])).toBe(2 / 64);
    expect(signedRankPValue([-1, -2, -3, -4, -5, -6])).toBe(2 / 64);
    expect(signedRankPValue([-0.5, 2, 3, 4, 5, 6])).toBe(4 / 64);
  });

  test('of a published example: depression scores of nine patients (Hollander and Wolfe 1973)', () => {
    // wilcox.test(first, second, paired = TRUE): V = 40, p-value = 0.03906
    const first = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3];
    const second = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];
    const differences = first.map((value, index) => value - second[index]!);
    expect(signedRankPValue(differences)).toBeCloseTo(0.0390625, 12);
  });

  test('zeros count against a shift, and without values nothing is shown', () => {
    expect(signedRankPValue([0, 0, 0, 0, 0, 0])).toBe(1);
    expect(signedRankPValue([0, 2, 3, 4, 5, 6])).toBe(4 / 64);
    expect(signedRankPValue([])).toBe(1);
  });

  test('a value known only as a bound helps neither side', () => {
    const values = [1, 2, 4, 7, 11, 16];
    const open = [Number.NEGATIVE_INFINITY, ...values.slice(1)];
    // Six averages with the open value lie below 0: P(W ≤ 6) = 14/64.
    expect(signedRankPValue(open, values)).toBe((2 * 14) / 64);
    const downward = values.map((value) => -value);
    expect(
      signedRankPValue(
        downward.map(() => Number.NEGATIVE_INFINITY),
        downward,
      ),
    ).toBe(2 / 64);
  });
});
