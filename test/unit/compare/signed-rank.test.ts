// The statistics of section 9 against values worked out by hand and the published critical values.

import { describe, expect, test } from 'vitest';
import {
  hodgesLehmann,
  median,
  signedRankDistribution,
  signedRankInterval,
  signedRankTrim,
  walshAverages,
} from '../../../src/compare/signed-rank.ts';

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
