// Student's t against closed forms and published tables, and the prediction interval worked out from it.

import { describe, expect, test } from 'vitest';
import { momentsOf, predictionInterval } from '../../../src/compare/prediction.ts';
import { studentReach } from '../../../src/compare/student-t.ts';

describe('how far an interval reaches in standard errors', () => {
  test.each([
    // qt((1 + confidence) / 2, df)
    [0.95, 1, 12.706204736174694],
    [0.95, 2, 4.302652729749462],
    [0.95, 4, 2.7764451051977934],
    [0.95, 9, 2.262157162798205],
    [0.99, 9, 3.249835541592126],
    [0.99, 10, 3.16927267261695],
    [0.99, 19, 2.8609346064649794],
    [0.95, 30, 2.0422724563012378],
    [0.999, 3, 12.923978636687961],
    [0.95, 1_000, 1.9623390808264083],
    [0, 7, 0],
  ])('%d with %i degrees of freedom: %d', (confidence, df, reach) => {
    expect(Math.abs(studentReach(confidence, df) - reach)).toBeLessThan(1e-8);
  });

  test('one and two degrees of freedom have closed forms', () => {
    for (const confidence of [0.5, 0.8, 0.9, 0.99, 0.999]) {
      const p = (1 + confidence) / 2;
      expect(studentReach(confidence, 1)).toBeCloseTo(Math.tan(Math.PI * (p - 0.5)), 8);
      expect(studentReach(confidence, 2)).toBeCloseTo(confidence / Math.sqrt(2 * p * (1 - p)), 8);
    }
  });

  test('nothing is made up for what is no distribution', () => {
    for (const df of [0, -1, 2.5, Number.NaN]) expect(() => studentReach(0.95, df)).toThrow(RangeError);
    for (const confidence of [1, -0.1, Number.NaN])
      expect(() => studentReach(confidence, 5)).toThrow(RangeError);
  });
});

describe('the prediction interval', () => {
  const values = [10.2, 9.8, 11.1, 10.5, 9.9, 10.4, 10, 10.7, 10.1, 10.3];

  test('of ten values at 99 %', () => {
    // predict(lm(values ~ 1), interval = "prediction", level = 0.99)
    const { low, high } = predictionInterval(values, 0.99)!;
    expect(low).toBeCloseTo(8.955686717523326, 9);
    expect(high).toBeCloseTo(11.644313282476672, 9);
  });

  test('of two values: t with one degree of freedom', () => {
    // mean 2, s = √2, 12.7062 · √2 · √1.5
    const { low, high } = predictionInterval([1, 3], 0.95)!;
    expect(high - 2).toBeCloseTo(12.706204736174694 * Math.sqrt(3), 8);
    expect(2 - low).toBeCloseTo(high - 2, 9);
  });

  test('needs two values, all finite; equal ones leave no room', () => {
    expect(predictionInterval([], 0.99)).toBeNull();
    expect(predictionInterval([1], 0.99)).toBeNull();
    expect(predictionInterval([1, 2, Number.POSITIVE_INFINITY], 0.99)).toBeNull();
    expect(predictionInterval([4, 4, 4], 0.99)).toEqual({ low: 4, high: 4 });
  });

  test('does not depend on the order, to the last digit', () => {
    const turned = [...values].reverse();
    expect(predictionInterval(turned, 0.99)).toEqual(predictionInterval(values, 0.99));
    expect(momentsOf(turned)).toEqual(momentsOf(values));
  });
});
