// Splits worked out by hand, and change points of series that leave no doubt.

import { describe, expect, test } from 'vitest';
import { changePoints } from '../../../src/compare/change-points.ts';
import { bestSplit } from '../../../src/compare/energy.ts';

const seed = 42;
/** The same few values around a level, again and again. */
const around = (level: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => level + [0, 0.4, -0.3, 0.2, -0.5, 0.1][index % 6]!);
const indexes = (values: readonly number[]): number[] =>
  changePoints(values, { seed }).map(({ index }) => index);

describe('the energy of a split', () => {
  test('by hand', () => {
    // {0, 1} against {10, 11}: across 10 + 11 + 9 + 10 = 40, within 1 and 1.
    // 2·40/4 − 2·1/2 − 2·1/2 = 18, times 2·2/4.
    expect(bestSplit(Float64Array.of(0, 1, 10, 11), 2)).toEqual({ at: 2, energy: 18 });
  });

  test('a stretch that ends early can split best', () => {
    const up = [0, 1, 0, 1, 9, 8, 9, 8, 0, 1, 0, 1];
    const split = bestSplit(Float64Array.from(up), 4);
    // {0,1,0,1} against {9,8,9,8}: across 16·8, within 4 and 4: 16 − 2·4/12 − 2·4/12 = 14.667, times 4·4/8.
    expect(split).toMatchObject({ at: 4 });
    expect(split?.energy).toBeCloseTo(2 * (16 - 16 / 12), 12);
  });

  test('nothing to split, and nothing between equal values', () => {
    expect(bestSplit(Float64Array.of(1, 2, 3), 2)).toBeNull();
    expect(bestSplit(new Float64Array(20).fill(7), 5)?.energy).toBe(0);
  });
});

describe('change points', () => {
  test('one step, with the index of its first value', () => {
    const found = changePoints([...around(10, 20), ...around(13, 20)], { seed });
    expect(found).toEqual([{ index: 20, p: 1 / 2_000 }]);
  });

  test('up and back down again', () => {
    expect(indexes([...around(10, 15), ...around(12, 12), ...around(10, 18)])).toEqual([15, 27]);
  });

  test('a few outliers are no change', () => {
    const values = around(10, 40);
    values[7] = 30;
    values[21] = 25;
    values[33] = -10;
    expect(indexes(values)).toEqual([]);
  });

  test('a spread that grows is a change too', () => {
    const wide = around(0, 60).map((value) => 10 + 12 * value);
    expect(indexes([...around(10, 60), ...wide])).toHaveLength(1);
  });

  test('too few values, equal values, a step younger than five runs', () => {
    expect(indexes([...around(10, 7), ...around(99, 7)])).toEqual([]);
    expect(indexes([...around(10, 10), ...around(99, 10)])).toEqual([10]);
    expect(indexes(Array.from({ length: 50 }, () => 3))).toEqual([]);
    expect(indexes([...around(10, 40), 60, 60.3, 59.9])).toEqual([]);
    expect(indexes([...around(10, 40), ...around(60, 8)])).toEqual([40]);
  });

  test('a test weaker than promised, or a value that is none, is refused', () => {
    expect(() => changePoints(around(1, 20), { seed, permutations: 999 })).toThrow(RangeError);
    expect(() => changePoints(around(1, 20), { seed, fewest: 1 })).toThrow(RangeError);
    expect(() => changePoints([...around(1, 20), Number.NaN], { seed })).toThrow(RangeError);
  });
});
