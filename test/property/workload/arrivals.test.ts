// The schedule's laws, over any number of stages: rising, exactly as many as the integral says, split without loss.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ArrivalStage } from '../../../src/workload/arrivals.ts';
import { createArrivals } from '../../../src/workload/arrivals.ts';
import type { Partition } from '../../../src/workload/partition.ts';
import { createRateCurve } from '../../../src/workload/rate-curve.ts';

const rate = fc.oneof(
  fc.constant(0),
  fc.double({ min: 0.1, max: 200, noNaN: true }),
  fc.integer({ min: 1, max: 50 }),
);
const stageOf = (spacing: fc.Arbitrary<'even' | 'poisson'>): fc.Arbitrary<ArrivalStage> =>
  fc.record({
    fromPerSecond: rate,
    toPerSecond: rate,
    forMicros: fc.integer({ min: 1_000, max: 10_000_000 }),
    spacing,
  });
const evenStages = fc.array(stageOf(fc.constant('even')), { minLength: 1, maxLength: 6 });
const anyStages = fc.array(stageOf(fc.constantFrom('even', 'poisson')), { minLength: 1, maxLength: 6 });

function all(
  stages: readonly ArrivalStage[],
  seed = 1,
  partition?: Partition,
): { n: number; dueMicros: number }[] {
  const arrivals = createArrivals(stages, seed, partition);
  const found = [];
  for (let next = arrivals.next(); next !== undefined; next = arrivals.next()) found.push(next);
  return found;
}

describe('arrivals', () => {
  it('never go back in time and stay inside the load', () => {
    fc.assert(
      fc.property(anyStages, fc.integer(), (stages, seed) => {
        const end = stages.reduce((sum, { forMicros }) => sum + forMicros, 0);
        let before = 0;
        for (const { dueMicros } of all(stages, seed)) {
          expect(dueMicros).toBeGreaterThanOrEqual(before);
          expect(dueMicros).toBeLessThanOrEqual(end);
          before = dueMicros;
        }
      }),
    );
  });

  it('are as many as the integral of the rate, when evenly spaced', () => {
    fc.assert(
      fc.property(evenStages, (stages) => {
        const total = stages.reduce(
          (sum, stage) => sum + (((stage.fromPerSecond + stage.toPerSecond) / 2) * stage.forMicros) / 1e6,
          0,
        );
        expect(all(stages)).toHaveLength(Math.max(0, Math.ceil(total - 1e-9)));
      }),
    );
  });

  it('are due where the integral reaches their number', () => {
    fc.assert(
      fc.property(evenStages, (stages) => {
        const curve = createRateCurve(stages);
        for (const { n, dueMicros } of all(stages)) expect(curve.positionAt(dueMicros)).toBeCloseTo(n, 3);
      }),
    );
  });

  it('fall wholly into disjoint shares', () => {
    fc.assert(
      fc.property(anyStages, fc.integer({ min: 1, max: 7 }), fc.integer(), (stages, count, seed) => {
        const shares = Array.from({ length: count }, (_, index) => all(stages, seed, { index, count }));
        const united = shares.flat().sort((a, b) => a.n - b.n);
        expect(united).toEqual(all(stages, seed));
      }),
    );
  });

  it('are the same for the same seed, and differ for another when random', () => {
    const random = fc.array(stageOf(fc.constant('poisson')), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(random, fc.integer(), (stages, seed) => {
        const first = all(stages, seed);
        expect(all(stages, seed)).toEqual(first);
        fc.pre(first.length > 3);
        expect(all(stages, seed + 1)).not.toEqual(first);
      }),
    );
  });
});
