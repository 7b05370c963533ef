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

  it('are as many as the integral over any stretch of time, give or take one', () => {
    fc.assert(
      fc.property(
        evenStages,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (stages, a, b) => {
          const curve = createRateCurve(stages);
          const [from, until] = [Math.min(a, b), Math.max(a, b)].map((share) => share * curve.durationMicros);
          const integral = curve.positionAt(until ?? 0) - curve.positionAt(from ?? 0);
          const due = all(stages).filter(
            ({ dueMicros }) => dueMicros >= (from ?? 0) && dueMicros < (until ?? 0),
          );
          // Times are whole microseconds: at 200/s one more may be rounded into the stretch, or out of it.
          expect(Math.abs(due.length - integral)).toBeLessThan(1 + 1e-3);
        },
      ),
    );
  });

  it('are as many as the integral in every even stage, whatever comes before it', () => {
    fc.assert(
      fc.property(anyStages, fc.integer(), (stages, seed) => {
        const curve = createRateCurve(stages);
        const due = all(stages, seed);
        let startMicros = 0;
        for (const stage of stages) {
          const endMicros = startMicros + stage.forMicros;
          if (stage.spacing === 'even') {
            const integral = curve.positionAt(endMicros) - curve.positionAt(startMicros);
            const own = due.filter(({ dueMicros }) => dueMicros > startMicros && dueMicros < endMicros);
            // What is due at the very boundary may belong to either side.
            expect(own.length).toBeGreaterThan(integral - 2 - 1e-3);
            expect(own.length).toBeLessThan(integral + 1 + 1e-3);
          }
          startMicros = endMicros;
        }
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

describe('Poisson arrivals', () => {
  const counts = (
    stages: readonly ArrivalStage[],
    seeds: number,
    fromMicros: number,
    untilMicros: number,
  ): number[] =>
    Array.from(
      { length: seeds },
      (_, seed) =>
        all(stages, seed * 7_919 + 1).filter(
          ({ dueMicros }) => dueMicros >= fromMicros && dueMicros < untilMicros,
        ).length,
    );
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = (values: readonly number[]): number => {
    const middle = mean(values);
    return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1);
  };
  const stage = (from: number, to: number, spacing: 'even' | 'poisson' = 'poisson'): ArrivalStage => ({
    fromPerSecond: from,
    toPerSecond: to,
    forMicros: 1_000_000,
    spacing,
  });

  // 2,000 seeds: the mean is known to about sqrt(count/2000), the variance to about 3 %; bounds are five times that.
  it.each([
    ['a constant rate', [stage(40, 40)], 0, 1_000_000, 40],
    ['a ramp', [stage(0, 80)], 0, 1_000_000, 40],
    ['the second half of a ramp', [stage(0, 80)], 500_000, 1_000_000, 30],
    ['a stage after an even one', [stage(25.5, 25.5, 'even'), stage(40, 40)], 1_000_000, 2_000_000, 40],
    ['across a change of rate', [stage(10, 10), stage(50, 50)], 500_000, 1_500_000, 30],
  ])('of %s have the counts of a Poisson process', (_what, stages, fromMicros, untilMicros, expected) => {
    const found = counts(stages, 2_000, fromMicros, untilMicros);
    expect(Math.abs(mean(found) - expected)).toBeLessThan(5 * Math.sqrt(expected / 2_000));
    expect(variance(found) / expected).toBeGreaterThan(0.84);
    expect(variance(found) / expected).toBeLessThan(1.16);
  });
});
