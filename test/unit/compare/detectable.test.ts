// The smallest detectable change and the pairs needed: what they must be at their ends, and how they move.

import { describe, expect, test } from 'vitest';
import { pairsNeeded, smallestDetectable } from '../../../src/compare/detectable.ts';
import { powerToFind, powerToFit, shiftFound } from '../../../src/compare/power.ts';

/** n effects with a mean of 0 and a standard deviation of 1. */
const spread = (n: number): number[] => {
  const size = Math.sqrt((n - 1) / (2 * Math.floor(n / 2)));
  return Array.from({ length: n }, (_, index) =>
    n % 2 === 1 && index === 0 ? 0 : index % 2 === 0 ? size : -size,
  );
};
const strict = { confidence: 0.9706, equivalence: 0.9412 };

describe('the smallest detectable change', () => {
  test('of six pairs that all must agree: at least what 0.8^(1/6) = 96.35 % of each costs', () => {
    // Φ(1.793) = 0.9635: that much for a known deviation, more for one known from six pairs.
    expect(shiftFound({ n: 6, confidence: 0.95, spread: 1, edge: 0 })).toBeCloseTo(1.793, 1);
    const printed = smallestDetectable(spread(6), 0)!;
    expect(printed).toBeGreaterThan(2.2);
    expect(printed).toBeLessThan(2.7);
  });

  test('moves with the scale of the effects', () => {
    for (const factor of [0.001, 3, 1_000]) {
      const scaled = spread(10).map((value) => value * factor);
      expect(smallestDetectable(scaled, 0.5 * factor)).toBeCloseTo(
        smallestDetectable(spread(10), 0.5)! * factor,
        6,
      );
    }
  });

  test('is never less for a wider edge or a stricter level, and never inside the edge', () => {
    let before = 0;
    for (let edge = 0; edge <= 4; edge += 0.1) {
      const printed = smallestDetectable(spread(10), edge)!;
      expect(printed).toBeGreaterThan(before - 1e-9);
      expect(printed).toBeGreaterThan(edge);
      before = printed;
    }
    for (const n of [7, 8, 16, 25])
      expect(smallestDetectable(spread(n), 0, strict)).toBeGreaterThan(smallestDetectable(spread(n), 0)!);
  });

  test('falls with more pairs, across the end of the table too', () => {
    const printed = [6, 8, 10, 16, 25, 26, 40, 100].map((n) => smallestDetectable(spread(n), 0.2)!);
    expect(printed).toEqual([...printed].sort((a, b) => b - a));
    const table = smallestDetectable(spread(25), 0)!;
    expect(smallestDetectable(spread(26), 0)! / table).toBeGreaterThan(0.93);
  });

  test('of pairs that do not differ at all is the edge', () => {
    expect(smallestDetectable([0, 0, 0, 0, 0, 0], 0.1)).toBe(0.1);
  });

  test('is not said where it cannot be', () => {
    expect(smallestDetectable(spread(5), 0.1)).toBeNull();
    expect(smallestDetectable([...spread(6), Number.POSITIVE_INFINITY], 0.1)).toBeNull();
    expect(smallestDetectable(spread(10), Number.POSITIVE_INFINITY)).toBeNull();
    // Six pairs have no interval of 97.06 %, and nothing was measured at 99 %.
    expect(smallestDetectable(spread(6), 0.1, strict)).toBeNull();
    expect(smallestDetectable(spread(10), 0.1, { confidence: 0.99, equivalence: 0.98 })).toBeNull();
  });
});

describe('the pairs needed', () => {
  test('to find what lies beyond the edge: the first number with 80 % power', () => {
    const n = pairsNeeded(spread(8), 0.9, 0.1)!;
    const question = { confidence: 0.95, spread: 1, edge: 0.1 };
    expect(powerToFind({ ...question, n }, 0.9)).toBeGreaterThanOrEqual(0.8);
    expect(powerToFind({ ...question, n: n - 1 }, 0.9)).toBeLessThan(0.8);
    expect(n).toBe(13);
  });

  test('to show that a small one stays inside the edge', () => {
    const n = pairsNeeded(spread(8), 0, 1)!;
    const question = { confidence: 0.9, spread: 1, edge: 1 };
    expect(powerToFit({ ...question, n }, 0)).toBeGreaterThanOrEqual(0.8);
    expect(powerToFit({ ...question, n: n - 1 }, 0)).toBeLessThan(0.8);
    // (1.645 + 1.282) · 1.023 / √n = 1 for many.
    expect(n).toBeGreaterThanOrEqual(9);
    expect(n).toBeLessThanOrEqual(12);
  });

  test('grow towards the edge from both sides, until there are too many', () => {
    expect(pairsNeeded(spread(8), 3, 1)).toBeLessThan(pairsNeeded(spread(8), 1.5, 1)!);
    expect(pairsNeeded(spread(8), 0, 1)).toBeLessThan(pairsNeeded(spread(8), 0.6, 1)!);
    expect(pairsNeeded(spread(8), 1.01, 1)).toBeNull();
    expect(pairsNeeded(spread(8), 1, 1)).toBeNull();
    expect(pairsNeeded(spread(8), -1.5, 1)).toBe(pairsNeeded(spread(8), 1.5, 1));
  });

  test('are more at a stricter level, and at least six', () => {
    expect(pairsNeeded(spread(8), 0.9, 0.1, strict)).toBeGreaterThan(pairsNeeded(spread(8), 0.9, 0.1)!);
    expect(pairsNeeded(spread(8), 100, 1)).toBe(6);
    expect(pairsNeeded([0, 0, 0, 0, 0, 0], 0.2, 0.1)).toBe(6);
    expect(pairsNeeded([1, Number.NaN], 0.2, 0.1)).toBeNull();
  });
});
