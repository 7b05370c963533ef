// The tail by outward summing against the plain sum of all probabilities.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { binomialTail } from '../../../src/slo/significance.ts';

/** Recursion over trials: exact in its own way, and slow. */
function byRecursion(k: number, n: number, p: number): number {
  let distribution = [1];
  for (let trial = 0; trial < n; trial += 1) {
    distribution = Array.from(
      { length: trial + 2 },
      (_, i) => (distribution[i] ?? 0) * (1 - p) + (distribution[i - 1] ?? 0) * p,
    );
  }
  return distribution.slice(k).reduceRight((sum, value) => sum + value, 0);
}

test('agrees with the recursion over trials', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 120 }),
      fc.nat(120),
      fc.integer({ min: 1, max: 999 }),
      (n, k, thousandths) => {
        const p = thousandths / 1_000;
        const expected = k > n ? 0 : byRecursion(k, n, p);
        expect(Math.abs(binomialTail(k, n, p) - expected)).toBeLessThan(1e-10 + 1e-9 * expected);
      },
    ),
    { numRuns: 500 },
  );
});

test('falls with more bad ones and rises with the allowance', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5_000 }),
      fc.nat(5_000),
      fc.integer({ min: 1, max: 990 }),
      (n, k, thousandths) => {
        const p = thousandths / 1_000;
        expect(binomialTail(k + 1, n, p)).toBeLessThanOrEqual(binomialTail(k, n, p) + 1e-12);
        expect(binomialTail(k, n, p)).toBeLessThanOrEqual(binomialTail(k, n, p + 0.009) + 1e-12);
      },
    ),
  );
});
