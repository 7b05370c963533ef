// Claims: what someone says a change gained, confirmed or refuted by the interval of the measured change.

import { MettleError } from '../kernel/errors.ts';
import type { Gate } from '../slo/gate.ts';
import type { Metric } from '../slo/metrics/metric.ts';
import { metricOf } from '../slo/reading.ts';
import { measureFrom } from './comparison.ts';
import { factorOf, parseExpectation } from './expectation.ts';
import type { Expectation } from './expectation.ts';
import {
  effectsOf,
  intervalOf,
  logRatio,
  measurePairs,
  medianOf,
  storedInterval,
  unusable,
  weightedDifference,
} from './pair-values.ts';
import type { ComparedPair, MeasuredPair } from './pair-values.ts';
import type { ClaimResult } from './schema.ts';
import { hodgesLehmann } from './signed-rank.ts';
import type { Interval } from './signed-rank.ts';
import { effectText, estimateText } from './words.ts';

/** A claim as scenarios hold it. */
export interface Claim {
  readonly id: string;
  readonly says: string;
  readonly metric: string;
  readonly expect: string;
  readonly documented: { readonly before: string; readonly after: string } | null;
  readonly because: string | null;
}

/** The quantity that is tested and the side of the threshold on which the claim holds. */
interface Test {
  readonly effectOf: (before: number, after: number) => number;
  readonly threshold: number;
  readonly side: 'below' | 'above';
  /** Lying on the threshold itself is enough (`no worse than`). */
  readonly inclusive: boolean;
}

/** Why an expectation cannot be held against a metric, one sentence; null when it can. */
export function expectationProblem(expectation: Expectation, metric: Metric): string | null {
  if (expectation.amount.unit === 'points' && metric.scale !== 'points') {
    return 'points are for rates and scores: expect a percentage or a factor of this metric';
  }
  if (expectation.kind === 'no worse' && metric.better === null)
    return 'nothing says whether less or more of it would be worse: expect `at least 10% lower` or `… higher`';
  return null;
}

function testOf(expectation: Expectation, metric: Metric): Test {
  const { amount } = expectation;
  const inclusive = expectation.kind === 'no worse';
  const lowerIsBetter = metric.better === 'lower';
  const side = (inclusive ? lowerIsBetter : expectation.direction === 'lower') ? 'below' : 'above';
  if (amount.unit === 'points') {
    const up = inclusive ? side === 'below' : side === 'above';
    return { effectOf: weightedDifference(1), threshold: up ? amount.value : -amount.value, side, inclusive };
  }
  const factor = inclusive ? (lowerIsBetter ? 1 + amount.value : 1 - amount.value) : factorOf(expectation);
  return metric.scale === 'log'
    ? { effectOf: logRatio(metric), threshold: Math.log(factor), side, inclusive }
    : { effectOf: weightedDifference(factor), threshold: 0, side, inclusive };
}

/** `no worse` on a rate where nothing ever happened needs enough samples to mean anything (3/n under half a point). */
function provesNothing(
  metric: Metric,
  pairs: readonly MeasuredPair[],
  test: Test,
  interval: Interval,
): boolean {
  if (!test.inclusive || metric.unit !== 'share' || interval.low !== interval.high) return false;
  return (['before', 'after'] as const).some((role) => {
    const pooled = pairs.reduce((sum, pair) => sum + pair[role].samples, 0);
    return 3 / pooled >= metric.tolerance(metric.name);
  });
}

function verdictFor(test: Test, interval: Interval): ClaimResult['verdict'] {
  const { threshold, side, inclusive } = test;
  // Seen from a threshold of 0 with the good side below.
  const worst = side === 'below' ? interval.high - threshold : threshold - interval.low;
  const best = side === 'below' ? interval.low - threshold : threshold - interval.high;
  if (worst < 0 || (inclusive && worst === 0)) return 'confirmed';
  return best > 0 ? 'refuted' : 'inconclusive';
}

function expectationFrom(text: string): Expectation {
  const parsed = parseExpectation(text);
  if (parsed.ok) return parsed.value;
  const { message, suggestion } = parsed.problem;
  throw new MettleError({
    code: 'CLAIM_SYNTAX',
    message: `claim \`${text}\`: ${message}`,
    hint: suggestion ?? undefined,
  });
}

interface Judged {
  readonly estimate: number | null;
  readonly interval: Interval | null;
  readonly verdict: ClaimResult['verdict'];
  readonly reason: string;
}

const invalid = (reason: string): Judged => ({ estimate: null, interval: null, verdict: 'invalid', reason });

/** What was measured, in words: the change itself, not the quantity that a rate's threshold is set on. */
function reasonFor(claim: Claim, metric: Metric, pairs: readonly MeasuredPair[], verdict: string): string {
  const plain = effectsOf(pairs, metric.scale === 'log' ? logRatio(metric) : weightedDifference(1));
  const interval = intervalOf(plain, 0.95);
  const estimate = hodgesLehmann(plain.map((effect) => effect.value));
  const measured =
    interval === null ? effectText(estimate, metric.scale) : estimateText(estimate, interval, metric.scale);
  return `${verdict}: ${claim.expect} was expected, measured ${measured}`;
}

function judge(claim: Claim, metric: Metric, test: Test, pairs: readonly MeasuredPair[]): Judged {
  const effects = effectsOf(pairs, test.effectOf);
  const interval = intervalOf(effects, 0.95);
  if (interval === null) return invalid('too few pairs');
  const estimate = hodgesLehmann(effects.map((effect) => effect.value));
  if (provesNothing(metric, pairs, test, interval)) {
    return {
      estimate,
      interval,
      verdict: 'inconclusive',
      reason: 'too few samples to show that nothing got worse',
    };
  }
  const verdict = verdictFor(test, interval);
  return { estimate, interval, verdict, reason: reasonFor(claim, metric, pairs, verdict) };
}

/**
 * Judges one claim over pairs of runs: `confirmed` when the 95 % interval of the tested quantity lies wholly on the
 * claim's side of the expected change, `refuted` when wholly on the other. `refusal`: why nothing may be judged.
 */
export function judgeClaim(
  claim: Claim,
  runs: readonly ComparedPair[],
  options: { readonly gates: readonly Gate[]; readonly invalid: string | null },
): ClaimResult {
  const measure = measureFrom(claim.metric);
  const metric = metricOf(measure);
  const expectation = expectationFrom(claim.expect);
  const test = testOf(expectation, metric);
  const pairs = measurePairs(measure, runs, options.gates);
  const refusal = options.invalid ?? expectationProblem(expectation, metric) ?? unusable(pairs);
  const { estimate, interval, verdict, reason } =
    refusal === null ? judge(claim, metric, test, pairs) : invalid(refusal);
  const { id, says, expect, documented, because } = claim;
  return {
    ...{ id, says, metric: claim.metric, expect, documented, because },
    unit: metric.unit,
    scale: metric.scale,
    beforeMedian: medianOf(pairs, 'before'),
    afterMedian: medianOf(pairs, 'after'),
    estimate,
    interval95: storedInterval(interval),
    threshold: test.threshold,
    side: test.side,
    verdict,
    reason,
  };
}
