// Due times of an open load, one after the other: nothing is stored, so a schedule of any length costs no memory.

import { createRandom } from '../kernel/random.ts';
import type { Partition } from './partition.ts';
import { belongsTo } from './partition.ts';
import type { RateCurveStage } from './rate-curve.ts';
import { createRateCurve } from './rate-curve.ts';

export interface ArrivalStage extends RateCurveStage {
  readonly spacing: 'even' | 'poisson';
}

export interface Arrival {
  /** Number of the arrival in the whole schedule, over all threads. */
  readonly n: number;
  /** Whole microseconds from the start of the load. */
  readonly dueMicros: number;
}

export interface Arrivals {
  /** The next arrival of this share; undefined when there is none left. */
  next(): Arrival | undefined;
  /** How many arrivals of this share are expected between two times (exact for even spacing up to rounding). */
  expectedBetween(fromMicros: number, toMicros: number): number;
}

/** Rounding of Λ(T) must not invent an arrival at the very end. */
const endTolerance = 1e-9;

/**
 * Even: the n-th due time solves Λ(t) = n. Poisson: the step to the next position is a unit exponential instead of 1.
 * Both pass through the same inverse, from the absolute start, so fractions carry across stages and no error accumulates.
 */
export function createArrivals(
  stages: readonly ArrivalStage[],
  seed: number,
  partition: Partition = { index: 0, count: 1 },
): Arrivals {
  const curve = createRateCurve(stages);
  const random = createRandom(seed);
  const end = curve.total - endTolerance;
  const poissonStep = (): number => -Math.log(1 - random());
  const stepAt = (position: number): number =>
    stages[curve.stageAt(position)]?.spacing === 'poisson' ? poissonStep() : 1;
  let n = 0;
  let position = stages[0]?.spacing === 'poisson' ? poissonStep() : 0;

  const next = (): Arrival | undefined => {
    while (position < end) {
      const arrival = belongsTo(n, partition)
        ? { n, dueMicros: Math.round(curve.timeAt(position)) }
        : undefined;
      position += stepAt(position);
      n += 1;
      if (arrival !== undefined) return arrival;
    }
    return undefined;
  };
  return {
    next,
    expectedBetween: (fromMicros, toMicros) =>
      Math.max(0, curve.positionAt(toMicros) - curve.positionAt(fromMicros)) / partition.count,
  };
}
