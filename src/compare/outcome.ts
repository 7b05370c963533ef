// What a set of effects says: improved, regressed, no change or inconclusive, in that order, and why.

import type { Direction } from '../slo/direction.ts';
import type { Metric } from '../slo/metrics/metric.ts';
import { pooledSamples } from './blur.ts';
import type { Levels } from './design.ts';
import { mostPairs, pairsNeeded, smallestDetectable } from './detectable.ts';
import { effectsOf, estimateOf, intervalOf } from './pair-values.ts';
import type { Effect, MeasuredPair } from './pair-values.ts';
import { changeOf } from './quantity.ts';
import type { MetricComparison } from './schema.ts';
import type { Interval } from './signed-rank.ts';
import { effectText, estimateText } from './words.ts';

/** The band of changes too small to matter. A tolerance of a whole value or more has no lower edge. */
export function bandOf(tolerance: number, scale: MetricComparison['scale']): Interval {
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
  /** Where the estimate lies when it rests on bounds; null: it is exact. */
  readonly range: Interval | null;
  /** Must exclude 0. */
  readonly interval: Interval;
  /** Must lie inside the band. */
  readonly equivalence: Interval;
  readonly levels: Levels;
  readonly band: Interval;
  readonly tolerance: number;
  /** On the scale of effects. */
  readonly detectable: number | null;
}

/** Zero errors in a handful of requests are not a rate of zero: 3/n must fit under the tolerance on each side. */
function tooFewForNoChange({ metric, pairs, tolerance }: Weighed): string | null {
  if (metric.unit !== 'share') return null;
  for (const role of ['before', 'after'] as const) {
    const pooled = pooledSamples(pairs, role);
    if (3 / pooled >= tolerance)
      return `${pooled} samples of \`${role}\` cannot show a difference of ${tolerance * 100} points`;
  }
  return null;
}

/** The edge on the worse side: what a regression must pass. */
const worseEdge = (metric: Directed, band: Interval): number =>
  metric.better === 'lower' ? band.high : -band.low;

const textOf = (weighed: Weighed): string =>
  estimateText({ ...weighed, confidence: weighed.levels.confidence }, weighed.metric);

function inconclusive(weighed: Weighed, why: string | null): Judgement {
  const { effects, estimate, metric, band, detectable } = weighed;
  const values = effects.map((effect) => effect.value);
  const needed = pairsNeeded(values, estimate, worseEdge(metric, band), weighed.levels);
  const pairs =
    needed === null ? `more than ${mostPairs} pairs` : `about ${Math.max(needed, effects.length + 1)} pairs`;
  const sign = metric.better === 'lower' ? 1 : -1;
  const least =
    detectable === null
      ? ''
      : `; the smallest change these pairs could show is ${effectText(sign * detectable, metric)}, ${pairs} would be needed`;
  return {
    outcome: 'inconclusive',
    reason: `${why ?? textOf(weighed)}${least}`,
  };
}

/** What is known of the change at least: an estimate that rests on bounds passes the tolerance only if all of it does. */
export function judge(weighed: Weighed): Judgement {
  const { metric, estimate, range, interval, equivalence, band } = weighed;
  const text = textOf(weighed);
  const lower = interval.high < 0 && (range?.high ?? estimate) < band.low;
  const higher = interval.low > 0 && (range?.low ?? estimate) > band.high;
  if (lower || higher) {
    return { outcome: lower === (metric.better === 'lower') ? 'improved' : 'regressed', reason: text };
  }
  if (equivalence.low >= band.low && equivalence.high <= band.high) {
    const few = tooFewForNoChange(weighed);
    return few === null ? { outcome: 'no change', reason: text } : inconclusive(weighed, few);
  }
  return inconclusive(weighed, null);
}

/** Null when there are too few pairs for an interval. */
export function weigh(
  metric: Directed,
  pairs: readonly MeasuredPair[],
  tolerance: number,
  levels: Levels,
): Weighed | null {
  const effects = effectsOf(pairs, changeOf(metric));
  const interval = intervalOf(effects, levels.confidence);
  const equivalence = intervalOf(effects, levels.equivalence);
  if (interval === null || equivalence === null) return null;
  const band = bandOf(tolerance, metric.scale);
  return {
    ...{ metric, pairs, effects, interval, equivalence, levels, band, tolerance },
    ...estimateOf(effects),
    detectable: detectableOf(effects, worseEdge(metric, band), levels),
  };
}

/** Not of effects that rest on bounds: their spread is not known. */
function detectableOf(effects: readonly Effect[], edge: number, levels: Levels): number | null {
  const known = effects.every(({ value, least, greatest }) => least === value && greatest === value);
  return known
    ? smallestDetectable(
        effects.map((effect) => effect.value),
        edge,
        levels,
      )
    : null;
}

/** A change on the scale of effects, towards worse, as the δ of a tolerance. */
export const asShare = (metric: Pick<Directed, 'scale' | 'better'>, change: number): number =>
  metric.scale === 'points' ? change : metric.better === 'lower' ? Math.expm1(change) : -Math.expm1(-change);
