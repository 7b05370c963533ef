// Flows picked by weight: each gets its share, from the number alone, whoever asks and in whatever order.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPick } from '../../../src/workload/pick.ts';

const weights = fc.array(fc.double({ min: 0.01, max: 1_000, noNaN: true }), { minLength: 1, maxLength: 5 });

describe('a pick by weight', () => {
  it('is always one of the flows, and the same for the same numbers', () => {
    fc.assert(
      fc.property(weights, fc.integer(), fc.nat(2 ** 40), fc.nat(1_000), (given, seed, first, second) => {
        const index = createPick(given, seed)(first, second);
        expect(Number.isInteger(index)).toBe(true);
        expect(index).toBeGreaterThanOrEqual(0);
        expect(index).toBeLessThan(given.length);
        expect(createPick(given, seed)(first, second)).toBe(index);
      }),
    );
  });

  it('gives each flow its share of arrivals, and of the iterations of users', () => {
    const draws = 10_000;
    fc.assert(
      fc.property(weights, fc.integer(), fc.boolean(), (given, seed, ofUsers) => {
        const pick = createPick(given, seed);
        const counts = given.map(() => 0);
        for (let n = 0; n < draws; n += 1) {
          const index = ofUsers ? pick(n % 100, Math.floor(n / 100)) : pick(n);
          counts[index] = (counts[index] ?? 0) + 1;
        }
        const sum = given.reduce((total, weight) => total + weight, 0);
        for (const [index, count] of counts.entries()) {
          const share = (given[index] ?? 0) / sum;
          // Five and a half standard deviations of a binomial count: wrong once in tens of millions.
          expect(Math.abs(count - share * draws)).toBeLessThan(
            5.5 * Math.sqrt(draws * share * (1 - share)) + 5,
          );
        }
      }),
      { numRuns: 60 },
    );
  });

  it('has no rhythm: neighbours differ as often as they should', () => {
    const pick = createPick([1, 1], 42);
    const draws = 20_000;
    for (const step of [1, 2, 3, 4, 16, 64, 1_000]) {
      let same = 0;
      for (let n = 0; n < draws; n += 1) if (pick(n) === pick(n + step)) same += 1;
      expect(Math.abs(same - draws / 2)).toBeLessThan(5.5 * Math.sqrt(draws / 4));
    }
  });

  it('differs from seed to seed', () => {
    const of = (seed: number): number[] => Array.from({ length: 64 }, (_, n) => createPick([1, 1], seed)(n));
    expect(of(1)).not.toEqual(of(2));
  });
});
