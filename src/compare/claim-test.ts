// What a claim's interval is held against, and what it says: confirmed, refuted, or neither.

import type { Metric } from '../slo/metrics/metric.ts';
import { isInside, pooledLimits, pooledSamples } from './blur.ts';
import { factorOf } from './expectation.ts';
import type { Expectation } from './expectation.ts';
import type { MeasuredPair } from './pair-values.ts';
import { gainRatio, logRatio, type Quantity, weightedDifference } from './quantity.ts';
import type { Interval } from './signed-rank.ts';

/** The quantity that is tested and the side of the threshold on which the claim holds. */
export interface ClaimTest {
  readonly quantity: Quantity;
  /** What the rate before is multiplied with; 1 for ratios and points. */
  readonly factor: number;
  readonly threshold: number;
  readonly side: 'below' | 'above';
  /** Lying on the threshold itself is enough (`no worse than`). */
  readonly inclusive: boolean;
}

/** Why an expectation cannot be held against a metric, one sentence; null when it can. */
export function expectationProblem(expectation: Expectation, metric: Metric): string | null {
  const hasPoints = metric.scale === 'points' && metric.unit !== 'count';
  if (expectation.amount.unit === 'points' && !hasPoints) {
    return 'points are for rates and scores: expect a percentage or a factor of this metric';
  }
  if (expectation.kind === 'no worse' && metric.better === null)
    return 'nothing says whether less or more of it would be worse: expect `at least 10% lower` or `… higher`';
  return null;
}

export function testOf(expectation: Expectation, metric: Metric): ClaimTest {
  const { amount } = expectation;
  const inclusive = expectation.kind === 'no worse';
  const lowerIsBetter = metric.better === 'lower';
  const side = (inclusive ? lowerIsBetter : expectation.direction === 'lower') ? 'below' : 'above';
  if (amount.unit === 'points') {
    const up = inclusive ? side === 'below' : side === 'above';
    const threshold = up ? amount.value : -amount.value;
    return { quantity: weightedDifference(1), factor: 1, threshold, side, inclusive };
  }
  const factor = inclusive ? (lowerIsBetter ? 1 + amount.value : 1 - amount.value) : factorOf(expectation);
  return metric.scale === 'log'
    ? {
        quantity: inclusive ? logRatio(metric) : gainRatio(metric),
        ...{ factor: 1, threshold: Math.log(factor), side, inclusive },
      }
    : { quantity: weightedDifference(factor), factor, threshold: 0, side, inclusive };
}

/** Why these values cannot be held against it, one sentence; null when they can. Of less than nothing there is no share. */
export function valueProblem({ factor }: ClaimTest, pairs: readonly MeasuredPair[]): string | null {
  const below = pairs.find(({ before }) => before.least < 0);
  return factor === 1 || below === undefined
    ? null
    : `a percentage or factor of less than nothing says nothing: it was below zero before (pair ${below.pair})`;
}

/** How far the interval lies from the threshold: below 0 is on the good side. `worst`: of its worse end. */
function distances({ threshold, side }: ClaimTest, interval: Interval): { worst: number; best: number } {
  return side === 'below'
    ? { worst: interval.high - threshold, best: interval.low - threshold }
    : { worst: threshold - interval.low, best: threshold - interval.high };
}

export function verdictFor(test: ClaimTest, interval: Interval): 'confirmed' | 'refuted' | 'inconclusive' {
  const { worst, best } = distances(test, interval);
  if (worst < 0 || (test.inclusive && worst === 0)) return 'confirmed';
  return best > 0 ? 'refuted' : 'inconclusive';
}

/**
 * Why a rate or score does not show what its interval says: all its requests together must say the same. null when they
 * do, or where none are counted.
 */
export function tooBlurred(
  test: ClaimTest,
  metric: Metric,
  pairs: readonly MeasuredPair[],
  { interval, confidence }: { readonly interval: Interval; readonly confidence: number },
): string | null {
  const verdict = verdictFor(test, interval);
  const alpha = (1 - confidence) / 2;
  const limits = pooledLimits(metric, pairs, { factor: test.factor, alpha });
  if (limits === null || verdict === 'inconclusive') return null;
  const together = verdictFor(test, limits);
  if (together === verdict) return null;
  // Of a share of next to nothing, `no worse than 10%` asks for less than matters: what no comparison of rates calls a change.
  if (test.inclusive && test.threshold === 0 && verdict === 'confirmed') {
    const change = pooledLimits(metric, pairs, { factor: 1, alpha });
    const tolerance = metric.tolerance(metric.name);
    if (change !== null && isInside(change, { low: -tolerance, high: tolerance })) return null;
  }
  return together === 'inconclusive'
    ? `${pooledSamples(pairs, 'before')} samples before and ${pooledSamples(pairs, 'after')} after are too few to tell`
    : 'all runs together say the opposite of most of them';
}
