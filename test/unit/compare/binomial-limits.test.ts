// Limits of a counted share against those that R gives (binom.test), and what holds of all of them.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { binomialLimits } from '../../../src/compare/binomial-limits.ts';
import { binomialTail } from '../../../src/slo/significance.ts';
import '../../support/property-seed.ts';

test.each([
  // binom.test(k, n)$conf.int
  [3, 10, 0.06673951, 0.65245285],
  [10, 100, 0.04900469, 0.1762226],
  [0, 100, 0, 0.03621669],
  [100, 100, 0.96378331, 1],
])('%i of %i lie between %d and %d with 95 %%', (k, n, low, high) => {
  const limits = binomialLimits(k / n, n, 0.025);
  expect(limits.low).toBeCloseTo(low, 7);
  expect(limits.high).toBeCloseTo(high, 7);
});

test('none of n is less than 3/n, and nearly that', () => {
  const { high } = binomialLimits(0, 600, 0.05);
  expect(high).toBeLessThan(3 / 600);
  expect(high).toBeGreaterThan(2.98 / 600);
});

describe('whatever was counted', () => {
  const counts = fc
    .integer({ min: 1, max: 2_000_000 })
    .chain((n) => fc.tuple(fc.constant(n), fc.integer({ min: 0, max: Math.min(n, 5_000) })));
  const alphas = fc.constantFrom(0.05, 0.025, 0.0147);

  test('beyond a limit the count is rarer than α, before it not', () => {
    fc.assert(
      fc.property(counts, alphas, ([n, k], alpha) => {
        const { low, high } = binomialLimits(k / n, n, alpha);
        expect(low).toBeLessThanOrEqual(k / n);
        expect(high).toBeGreaterThanOrEqual(k / n);
        if (k > 0) expect(binomialTail(k, n, low)).toBeCloseTo(alpha, 6);
        if (k < n) expect(1 - binomialTail(k + 1, n, high)).toBeCloseTo(alpha, 6);
      }),
      { numRuns: 100 },
    );
  });

  test('the others lie between the limits that are left', () => {
    fc.assert(
      fc.property(counts, alphas, ([n, k], alpha) => {
        const one = binomialLimits(k / n, n, alpha);
        const other = binomialLimits(1 - k / n, n, alpha);
        expect(other.low).toBeCloseTo(1 - one.high, 9);
        expect(other.high).toBeCloseTo(1 - one.low, 9);
      }),
      { numRuns: 50 },
    );
  });

  test('half a count lies between its neighbours', () => {
    const [two, half, three] = [2, 2.5, 3].map((k) => binomialLimits(k / 100, 100, 0.05));
    expect(half!.low).toBeCloseTo((two!.low + three!.low) / 2, 12);
    expect(half!.high).toBeCloseTo((two!.high + three!.high) / 2, 12);
  });
});
