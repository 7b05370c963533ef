// Due times of an open load, one after the other: nothing is stored, so a schedule of any length costs no memory.

import { createRandom } from '../kernel/random.ts';
import type { Partition } from './partition.ts';
import { belongsTo } from './partition.ts';
import type { RateCurve, RateCurveStage } from './rate-curve.ts';
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

/** Rounding of Λ must not invent an arrival at the very end, nor lose the one at the very beginning of a stage. */
const roundingTolerance = 1e-9;

/**
 * Even: due where Λ(t) is a whole number, so a stage holds as many as its integral, whatever came before it. Poisson:
 * unit-exponential steps of Λ from where the stage begins. Both pass through the same inverse, from the absolute start,
 * so fractions carry across stages and no error accumulates. Every thread walks the whole schedule and takes its share,
 * so the schedule does not depend on the number of threads.
 */
export function createArrivals(
  stages: readonly ArrivalStage[],
  seed: number,
  partition: Partition = { index: 0, count: 1 },
): Arrivals {
  const curve = createRateCurve(stages);
  const nextPosition = positionsOf(stages, curve, seed);
  let n = -1;

  const next = (): Arrival | undefined => {
    for (let position = nextPosition(); position !== undefined; position = nextPosition()) {
      n += 1;
      if (belongsTo(n, partition)) return { n, dueMicros: Math.round(curve.timeAt(position)) };
    }
    return undefined;
  };
  return {
    next,
    expectedBetween: (fromMicros, toMicros) =>
      Math.max(0, curve.positionAt(toMicros) - curve.positionAt(fromMicros)) / partition.count,
  };
}

/** The positions (values of Λ) of all arrivals, rising; undefined at the end. */
function positionsOf(
  stages: readonly ArrivalStage[],
  { stageEnds, total }: RateCurve,
  seed: number,
): () => number | undefined {
  const random = createRandom(seed);
  const exponential = (): number => -Math.log(1 - random());
  const first = (stage: number): number => {
    const begin = stageEnds[stage - 1] ?? 0;
    return stages[stage]?.spacing === 'poisson'
      ? begin + exponential()
      : Math.ceil(begin - roundingTolerance);
  };
  const end = total - roundingTolerance;
  let stage = 0;
  let position = first(0);

  return () => {
    while (position >= (stageEnds[stage] ?? Infinity)) {
      stage += 1;
      // From even to even the whole numbers go on by themselves; a change of spacing begins anew at the boundary.
      if (stages[stage]?.spacing !== stages[stage - 1]?.spacing) position = first(stage);
    }
    if (position >= end) return undefined;
    const current = position;
    position += stages[stage]?.spacing === 'poisson' ? exponential() : 1;
    return current;
  };
}
