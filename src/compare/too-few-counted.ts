// Why rates that look unchanged do not show it: too few requests, or a few runs unlike the others.

import type { Metric } from '../slo/metrics/metric.ts';
import { blurOf, isInside, type Pooling, pooledLimits, pooledSamples, threeOf } from './blur.ts';
import type { Levels } from './design.ts';
import { mostPairs } from './detectable.ts';
import type { MeasuredPair } from './pair-values.ts';
import type { Interval } from './signed-rank.ts';
import { effectText } from './words.ts';

export interface Looked {
  readonly metric: Metric;
  readonly pairs: readonly MeasuredPair[];
  readonly levels: Levels;
  /** Of changes too small to matter, on the scale of effects. */
  readonly band: Interval;
  readonly tolerance: number;
}

const poolingOf = ({ levels }: Looked): Pooling => ({ factor: 1, alpha: (1 - levels.equivalence) / 2 });

/** Zero errors in a handful of requests are not a rate of zero: 3/n must fit under the tolerance on each side. */
function belowThree({ metric, pairs, tolerance }: Looked): string | null {
  if (metric.scale !== 'points') return null;
  for (const role of ['before', 'after'] as const) {
    if (threeOf(pairs, role) >= tolerance)
      return `${pooledSamples(pairs, role)} samples of \`${role}\` cannot show a difference of ${tolerance * 100} points`;
  }
  return null;
}

/** One sentence; null where the requests show no change as well, or none are counted. */
export function tooFewForNoChange(looked: Looked): string | null {
  const { metric, pairs, band } = looked;
  if (blurOf(metric) === null) return null;
  const limits = pooledLimits(metric, pairs, poolingOf(looked));
  const few = belowThree(looked);
  if (few !== null || limits === null || isInside(limits, band)) return few;
  const { low, high } = limits;
  const open = `${effectText(low, metric)} to ${effectText(high, metric)}`;
  return `the median run shows no change, but all runs together leave ${open} open`;
}

/**
 * The fewest pairs like these, more than there are, whose requests would show no change; infinite: more than `mostPairs`.
 * 0 where no requests are counted.
 */
export function pairsToCount(looked: Looked): number {
  const { metric, pairs, band, tolerance } = looked;
  if (blurOf(metric) === null) return 0;
  const fits = (count: number): boolean => {
    const times = count / pairs.length;
    const limits = pooledLimits(metric, pairs, { ...poolingOf(looked), times });
    const three = Math.max(threeOf(pairs, 'before'), threeOf(pairs, 'after')) / times;
    return limits !== null && isInside(limits, band) && (metric.scale === 'log' || three < tolerance);
  };
  let [few, enough] = [pairs.length, mostPairs];
  if (few >= enough || !fits(enough)) return Number.POSITIVE_INFINITY;
  while (enough - few > 1) {
    const middle = Math.floor((few + enough) / 2);
    if (fits(middle)) enough = middle;
    else few = middle;
  }
  return enough;
}
