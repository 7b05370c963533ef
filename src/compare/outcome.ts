// What a set of effects says: improved, regressed, no change or inconclusive, in that order, and why.

import type { Direction } from '../slo/direction.ts';
import type { Metric } from '../slo/metrics/metric.ts';
import { mostPairs, pairsNeeded, smallestDetectable } from './detectable.ts';
import { effectsOf, intervalOf, logRatio, weightedDifference } from './pair-values.ts';
import type { Effect, MeasuredPair } from './pair-values.ts';
import type { MetricComparison } from './schema.ts';
import { hodgesLehmann } from './signed-rank.ts';
import type { Interval } from './signed-rank.ts';
import { effectText, estimateText } from './words.ts';

/** The band of changes too small to matter. A tolerance of a whole value or more has no lower edge. */
function bandOf(tolerance: number, scale: MetricComparison['scale']): Interval {
  if (scale === 'points') return { low: -tolerance, high: tolerance };
  return {
    low: tolerance >= 1 ? Number.NEGATIVE_INFINITY : Math.log(1 - tolerance),
    high: Math.log(1 + tolerance),
  };
}

export interface Judgement {
  readonly outcome: MetricComparison['outcome'];
  readonly reason: string;
}

/** Of which it is known whether less or more is better. */
export type Directed = Metric & { readonly better: Direction };

/** Effects with what was computed from them once. */
export interface Weighed {
  readonly metric: Directed;
  readonly pairs: readonly MeasuredPair[];
  readonly effects: readonly Effect[];
  readonly estimate: number;
  readonly interval95: Interval;
  readonly interval90: Interval;
  readonly band: Interval;
  readonly tolerance: number;
  /** On the scale of effects. */
  readonly detectable: number | null;
}

/** Zero errors in a handful of requests are not a rate of zero: 3/n must fit under the tolerance on each side. */
function tooFewForNoChange({ metric, pairs, tolerance }: Weighed): string | null {
  if (metric.unit !== 'share') return null;
  for (const role of ['before', 'after'] as const) {
    const pooled = pairs.reduce((sum, pair) => sum + pair[role].samples, 0);
    if (3 / pooled >= tolerance)
      return `${pooled} samples of \`${role}\` cannot show a difference of ${tolerance * 100} points`;
  }
  return null;
}

/** The edge on the worse side: what a regression must pass. */
const worseEdge = (metric: Directed, band: Interval): number =>
  metric.better === 'lower' ? band.high : -band.low;

function inconclusive(weighed: Weighed, why: string | null): Judgement {
  const { effects, estimate, metric, band, detectable } = weighed;
  const scale = metric.scale;
  const values = effects.map((effect) => effect.value);
  const needed = pairsNeeded(values, estimate, worseEdge(metric, band));
  const pairs =
    needed === null ? `more than ${mostPairs} pairs` : `about ${Math.max(needed, effects.length + 1)} pairs`;
  const sign = metric.better === 'lower' ? 1 : -1;
  const least =
    detectable === null
      ? ''
      : `; the smallest change these pairs could show is ${effectText(sign * detectable, scale)}, ${pairs} would be needed`;
  return {
    outcome: 'inconclusive',
    reason: `${why ?? estimateText(estimate, weighed.interval95, scale)}${least}`,
  };
}

export function judge(weighed: Weighed): Judgement {
  const { metric, estimate, interval95, interval90, band } = weighed;
  const text = estimateText(estimate, interval95, metric.scale);
  const lower = interval95.high < 0 && estimate < band.low;
  const higher = interval95.low > 0 && estimate > band.high;
  if (lower || higher) {
    return { outcome: lower === (metric.better === 'lower') ? 'improved' : 'regressed', reason: text };
  }
  if (interval90.low >= band.low && interval90.high <= band.high) {
    const few = tooFewForNoChange(weighed);
    return few === null ? { outcome: 'no change', reason: text } : inconclusive(weighed, few);
  }
  return inconclusive(weighed, null);
}

/** Null when there are too few pairs for an interval. */
export function weigh(metric: Directed, pairs: readonly MeasuredPair[], tolerance: number): Weighed | null {
  const effects = effectsOf(pairs, metric.scale === 'log' ? logRatio(metric) : weightedDifference(1));
  const interval95 = intervalOf(effects, 0.95);
  const interval90 = intervalOf(effects, 0.9);
  if (interval95 === null || interval90 === null) return null;
  const values = effects.map((effect) => effect.value);
  const band = bandOf(tolerance, metric.scale);
  const bounded = effects.every(
    (effect) => Number.isFinite(effect.least) && Number.isFinite(effect.greatest),
  );
  const detectable = bounded ? smallestDetectable(values, worseEdge(metric, band)) : null;
  return {
    metric,
    pairs,
    effects,
    estimate: hodgesLehmann(values),
    interval95,
    interval90,
    band,
    tolerance,
    detectable,
  };
}

/** A change on the scale of effects, towards worse, as the δ of a tolerance. */
export const asShare = (metric: Directed, change: number): number =>
  metric.scale === 'points' ? change : metric.better === 'lower' ? Math.expm1(change) : -Math.expm1(-change);
