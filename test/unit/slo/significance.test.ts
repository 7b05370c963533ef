// The binomial tail against values worked out by hand, and at its edges.

import { expect, test } from 'vitest';
import { binomialTail, isSignificantlyBad } from '../../../src/slo/significance.ts';

test.each([
  // P(Bin(5, 0.5) ≥ 4) = (5 + 1)/32
  [4, 5, 0.5, 6 / 32],
  // 1 − 0.95^10 − 10 · 0.05 · 0.95^9 − 45 · 0.05² · 0.95^8
  [3, 10, 0.05, 1 - 0.95 ** 10 - 10 * 0.05 * 0.95 ** 9 - 45 * 0.05 ** 2 * 0.95 ** 8],
  [5, 5, 0.05, 0.05 ** 5],
  [1, 1_000, 0.001, 1 - 0.999 ** 1_000],
  [20, 20, 0.001, 1e-60],
])('P(Bin ≥ %i of %i at %d)', (k, n, p, expected) => {
  expect(binomialTail(k, n, p) / expected).toBeCloseTo(1, 9);
});

test('edges: nothing bad, more than all, an allowance of none or all', () => {
  expect(binomialTail(0, 10, 0.1)).toBe(1);
  expect(binomialTail(11, 10, 0.1)).toBe(0);
  expect(binomialTail(1, 10, 0)).toBe(0);
  expect(binomialTail(3, 10, 1)).toBe(1);
});

test('large runs neither overflow nor underflow', () => {
  expect(binomialTail(50_000, 1_000_000, 0.05)).toBeCloseTo(0.5, 2);
  expect(binomialTail(53_000, 1_000_000, 0.05)).toBeLessThan(1e-30);
  expect(binomialTail(47_000, 1_000_000, 0.05)).toBe(1);
});

test('a total outage is significant at five a second, one bad answer is not', () => {
  expect(isSignificantlyBad(5, 5, 0.05)).toBe(true);
  expect(isSignificantlyBad(1, 5, 0.05)).toBe(false);
  expect(isSignificantlyBad(0, 0, 0.05)).toBe(false);
});
