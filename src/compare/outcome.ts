// What a set of effects says: improved, regressed, no change or inconclusive, in that order, and why.

import type { Direction } from '../slo/direction.ts';
import type { Metric } from '../slo/metrics/metric.ts';
import { countsOf } from './blur.ts';
import type { Levels } from './design.ts';
import { detectableWith, mostPairs, pairsNeeded, smallestDetectable } from './detectable.ts';
import { effectsOf, estimateOf, intervalOf } from './pair-values.ts';
import type { Effect, MeasuredPair } from './pair-values.ts';
import { changeOf } from './quantity.ts';
import { momentsOf } from './prediction.ts';
import { rateDetectable } from './rate-detectable.ts';
import type { MetricComparison } from './schema.ts';
import type { Interval } from './signed-rank.ts';
import { pairsToCount, tooFewForNoChange } from './too-few-counted.ts';
import { effectText, estimateText } from './words.ts';

/** Points that differ by less are the same: what is left of binary fractions. */
const slack = 1e-12;

/** The band of changes too small to matter. A tolerance of a whole value or more has no lower edge. */
export function bandOf(tolerance: number, scale: MetricComparison['scale']): Interval {
  if (scale === 'points') return { low: -tolerance - slack, high: tolerance + slack };
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

/** The edge on the worse side: what a regression must pass. */
const worseEdge = (metric: Directed, band: Interval): number =>
  metric.better === 'lower' ? band.high : -band.low;

const textOf = (weighed: Weighed): string =>
  estimateText({ ...weighed, confidence: weighed.levels.confidence }, weighed.metric);

/** About how many pairs would decide, were the estimate the truth; infinite where nobody can say. */
function needOf(weighed: Weighed): number {
  const { effects, estimate, band, levels } = weighed;
  const values = effects.map((effect) => effect.value);
  // Without a lower edge nothing falls beyond it: then all that can be shown is that it does not rise.
  const isOpen = estimate < 0 && !Number.isFinite(band.low);
  const edge = estimate < 0 && !isOpen ? -band.low : band.high;
  const needed = pairsNeeded(values, isOpen ? 0 : estimate, edge, levels) ?? Number.POSITIVE_INFINITY;
  const counted = Math.abs(estimate) > edge ? 0 : pairsToCount(weighed);
  return Math.max(needed, counted, effects.length + 1);
}

function inconclusive(weighed: Weighed, why: string | null): Judgement {
  const { metric, detectable } = weighed;
  const needed = needOf(weighed);
  const pairs = needed > mostPairs ? `more than ${mostPairs} pairs` : `about ${needed} pairs`;
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
    detectable: detectableOf({ metric, pairs, effects, band, levels }),
  };
}

/** Not of effects that rest on bounds: their spread is not known. */
function detectableOf({
  metric,
  pairs,
  effects,
  band,
  levels,
}: Pick<Weighed, 'metric' | 'pairs' | 'effects' | 'band' | 'levels'>): number | null {
  if (effects.some(({ value, least, greatest }) => least !== value || greatest !== value)) return null;
  const values = effects.map((effect) => effect.value);
  const edge = worseEdge(metric, band);
  const counts = countsOf(metric, pairs);
  if (counts === null) return smallestDetectable(values, edge, levels);
  const show = (deviation: number, least: number): number | null =>
    detectableWith({ deviation, knownFrom: values.length }, values.length, least, levels);
  const change = rateDetectable(counts, momentsOf(values)?.deviation ?? Number.NaN, edge, show);
  return change !== null && Number.isFinite(change) ? change : null;
}

/** A change on the scale of effects, towards worse, as the δ of a tolerance. */
export const asShare = (metric: Pick<Directed, 'scale' | 'better'>, change: number): number =>
  metric.scale === 'points' ? change : metric.better === 'lower' ? Math.expm1(change) : -Math.expm1(-change);
