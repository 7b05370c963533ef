// How exactly counted requests can tell a change of a share, however alike the runs look.

import type { Metric } from '../slo/metrics/metric.ts';
import { binomialLimits } from './binomial-limits.ts';
import { effectsOf } from './pair-values.ts';
import type { MeasuredPair, Side } from './pair-values.ts';
import { momentsOf } from './prediction.ts';
import { changeOf, weightedDifference } from './quantity.ts';
import type { RateCounts } from './rate-detectable.ts';
import type { Interval } from './signed-rank.ts';
import { studentReach } from './student-t.ts';

/*
 * The spread between runs says what a rate is worth, except where it is made of a few counts: where most runs have no error
 * at all, the median of their differences is 0 whatever the others have. So the rates are told a second time, from all
 * requests of a side: limits of each (Clopper and Pearson 1934), and of their difference from those (MOVER: Zou and Donner
 * 2008). Of n requests in which nothing happened the rate is below 3/n with 95 % confidence (the rule of three). Every run
 * counts alike, however many requests it had: a run that stood still has few. A score is at least as exact as a share.
 */

type Role = 'before' | 'after';

/** `counted`: a share of requests or a score over them; `combined`: made of two, of which one is; null: neither. */
export function blurOf(metric: Metric): 'counted' | 'combined' | null {
  if (metric.combinesCounted !== undefined) return metric.combinesCounted ? 'combined' : null;
  const isShare = metric.unit === 'share' || metric.unit === 'score';
  return isShare && metric.scale === 'points' && metric.subject !== 'observed' ? 'counted' : null;
}

const sidesOf = (pairs: readonly MeasuredPair[], role: Role): Side[] => pairs.map((pair) => pair[role]);

/** In the same order whichever pair came first: sums of fractions depend on it. */
const sumOf = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b).reduce((sum, value) => sum + value, 0);

const meanOf = (values: readonly number[]): number => sumOf(values) / values.length;

/** What of its samples the value is a share of: all, but for a budget. */
const portionOf = (pairs: readonly MeasuredPair[]): number => pairs[0]?.before.portion ?? 1;

export const pooledSamples = (pairs: readonly MeasuredPair[], role: Role): number =>
  sidesOf(pairs, role).reduce((sum, { samples }) => sum + samples, 0);

/** What a rate is counted in, for what runs of it could show; null where no requests are counted, or not as a difference. */
export const countsOf = (metric: Metric, pairs: readonly MeasuredPair[]): RateCounts | null =>
  blurOf(metric) === null || metric.scale === 'log'
    ? null
    : {
        samples: Math.min(...pairs.flatMap(({ before, after }) => [before.samples, after.samples])),
        portion: portionOf(pairs),
      };

/** 3/n in the unit of the value. */
export const threeOf = (pairs: readonly MeasuredPair[], role: Role): number =>
  3 / (pooledSamples(pairs, role) * portionOf(pairs));

/** Requests that tell the mean of these runs as exactly, were they one: all of them when runs have equally many. */
function requestsOf(sides: readonly Side[], times: number): number {
  const inverse = sumOf(sides.map(({ samples }) => 1 / samples));
  return Math.max(1, Math.floor(((times * sides.length ** 2) / inverse) * (1 + 1e-12)));
}

interface Told extends Interval {
  readonly value: number;
}

function toldBy(pairs: readonly MeasuredPair[], role: Role, alpha: number, times: number): Told {
  const sides = sidesOf(pairs, role);
  const portion = portionOf(pairs);
  const requests = requestsOf(sides, times);
  const shareOf = (pick: (side: Side) => number): number =>
    meanOf(sides.map((side) => Math.min(1, Math.max(0, pick(side) * portion))));
  const limits = (share: number): Interval => binomialLimits(share, requests, alpha);
  return {
    value: shareOf(({ value }) => value ?? Number.NaN) / portion,
    low: limits(shareOf(({ least }) => least)).low / portion,
    high: limits(shareOf(({ greatest }) => greatest)).high / portion,
  };
}

/** What is asked about rates: their difference, after − factor · before. */
export interface Pooling {
  readonly factor: number;
  /** Of each end. */
  readonly alpha: number;
  /** As if there were so many times the pairs, like these; default 1. */
  readonly times?: number;
}

function countedLimits(pairs: readonly MeasuredPair[], { factor, alpha, times = 1 }: Pooling): Interval {
  const after = toldBy(pairs, 'after', alpha, times);
  const before = toldBy(pairs, 'before', alpha, times);
  const value = after.value - factor * before.value;
  return {
    low: value - Math.hypot(after.value - after.low, factor * (before.high - before.value)),
    high: value + Math.hypot(after.high - after.value, factor * (before.value - before.low)),
  };
}

/** Of two rates nothing says how many were counted: the mean of the runs, and what 3/n hides on each side besides. */
function combinedLimits(
  metric: Metric,
  pairs: readonly MeasuredPair[],
  { factor, alpha, times = 1 }: Pooling,
): Interval {
  const effects = effectsOf(pairs, factor === 1 ? changeOf(metric) : weightedDifference(factor));
  const runs = Math.floor(times * effects.length);
  const deviation = momentsOf(effects.map(({ value }) => value))?.deviation ?? Number.POSITIVE_INFINITY;
  const hidden = (role: Role): number => {
    const three = threeOf(pairs, role) / times;
    if (metric.scale === 'points') return three;
    const part = three / meanOf(sidesOf(pairs, role).map(({ value }) => value ?? 0));
    return part < 1 ? -Math.log1p(-part) : Number.POSITIVE_INFINITY;
  };
  const spread = (studentReach(1 - 2 * alpha, runs - 1) * deviation) / Math.sqrt(runs);
  const width = spread + hidden('after') + factor * hidden('before');
  return {
    low: meanOf(effects.map(({ least }) => least)) - width,
    high: meanOf(effects.map(({ greatest }) => greatest)) + width,
  };
}

/** Between which changes all requests of these runs together leave it; null where none were counted. */
export function pooledLimits(
  metric: Metric,
  pairs: readonly MeasuredPair[],
  pooling: Pooling,
): Interval | null {
  const blur = blurOf(metric);
  if (blur === null) return null;
  return blur === 'counted' ? countedLimits(pairs, pooling) : combinedLimits(metric, pairs, pooling);
}

export const isInside = (inner: Interval, outer: Interval): boolean =>
  inner.low >= outer.low && inner.high <= outer.high;
