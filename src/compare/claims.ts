// Claims: what someone says a change gained, confirmed or refuted by the interval of the measured change.

import { MettleError } from '../kernel/errors.ts';
import type { Gate } from '../slo/gate.ts';
import type { Metric } from '../slo/metrics/metric.ts';
import { metricOf } from '../slo/reading.ts';
import { blurOf } from './blur.ts';
import { measureFrom } from './comparison.ts';
import { fixedLevels, type Levels } from './design.ts';
import { factorOf, parseExpectation } from './expectation.ts';
import type { Expectation } from './expectation.ts';
import {
  changeOf,
  effectsOf,
  estimateOf,
  intervalOf,
  logRatio,
  measurePairs,
  mediansOf,
  storedInterval,
  unusable,
  weightedDifference,
} from './pair-values.ts';
import type { ComparedPair, MeasuredPair, Quantity } from './pair-values.ts';
import type { ClaimResult } from './schema.ts';
import type { Interval } from './signed-rank.ts';
import { unlikeFaults } from './unlike-faults.ts';
import { estimateText } from './words.ts';

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
    const threshold = up ? amount.value : -amount.value;
    return { quantity: weightedDifference(1), factor: 1, threshold, side, inclusive };
  }
  const factor = inclusive ? (lowerIsBetter ? 1 + amount.value : 1 - amount.value) : factorOf(expectation);
  return metric.scale === 'log'
    ? { quantity: logRatio(metric), factor: 1, threshold: Math.log(factor), side, inclusive }
    : { quantity: weightedDifference(factor), factor, threshold: 0, side, inclusive };
}

/** How far the interval lies from the threshold: below 0 is on the good side. `worst`: of its worse end. */
function distances({ threshold, side }: Test, interval: Interval): { worst: number; best: number } {
  return side === 'below'
    ? { worst: interval.high - threshold, best: interval.low - threshold }
    : { worst: threshold - interval.low, best: threshold - interval.high };
}

function verdictFor(test: Test, interval: Interval): 'confirmed' | 'refuted' | 'inconclusive' {
  const { worst, best } = distances(test, interval);
  if (worst < 0 || (test.inclusive && worst === 0)) return 'confirmed';
  return best > 0 ? 'refuted' : 'inconclusive';
}

/** Why a rate or score does not show what its interval says: it was counted in too little; null when it does. */
function tooBlurred(test: Test, metric: Metric, pairs: readonly MeasuredPair[], interval: Interval): string | null {
  const verdict = verdictFor(test, interval);
  const blur = blurOf(metric, pairs, test.factor);
  if (blur === null || verdict === 'inconclusive') return null;
  const { worst, best } = distances(test, interval);
  const clear = verdict === 'confirmed' ? worst + blur.width < 0 : best - blur.width > 0;
  if (clear) return null;
  // Of a share of next to nothing, `no worse than 10%` asks for less than matters: what no comparison of rates calls a change.
  const relative = test.inclusive && test.threshold === 0 && blur.fits(metric.tolerance(metric.name));
  const exact = test.inclusive && test.threshold !== 0 && worst + blur.width === 0;
  if (verdict === 'confirmed' && (relative || exact)) return null;
  return `${blur.text} are too few to tell`;
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
  readonly range: Interval | null;
  readonly interval: Interval | null;
  readonly verdict: ClaimResult['verdict'];
  readonly reason: string;
}

const invalid = (reason: string): Judged => ({
  ...{ estimate: null, range: null, interval: null, verdict: 'invalid', reason },
});

/** What was measured, in words: the change itself, not the quantity that a rate's threshold is set on. */
function measuredText(metric: Metric, pairs: readonly MeasuredPair[], { confidence }: Levels): string {
  const effects = effectsOf(pairs, changeOf(metric));
  const interval = intervalOf(effects, confidence);
  return interval === null
    ? 'too few pairs'
    : estimateText({ ...estimateOf(effects), interval, confidence }, metric.scale);
}

/** Nothing before and nothing after: of nothing, no share can be told. */
const isNothing = (metric: Metric, test: Test, interval: Interval): boolean =>
  metric.scale === 'points' && test.threshold === 0 && interval.low === 0 && interval.high === 0;

function judge(
  claim: Claim,
  metric: Metric,
  test: Test,
  pairs: readonly MeasuredPair[],
  levels: Levels,
): Judged {
  const effects = effectsOf(pairs, test.quantity);
  const interval = intervalOf(effects, levels.confidence);
  if (interval === null) return invalid('too few pairs');
  const found = verdictFor(test, interval);
  const blurred = tooBlurred(test, metric, pairs, interval);
  const nothing = isNothing(metric, test, interval) && found === 'inconclusive';
  const why = nothing ? 'there was nothing before and nothing after, which shows no change' : blurred;
  const verdict = blurred === null ? found : 'inconclusive';
  const because = why === null ? '' : `; ${why}`;
  const reason = `${verdict}: ${claim.expect} was expected, measured ${measuredText(metric, pairs, levels)}${because}`;
  return { ...estimateOf(effects), interval, verdict, reason };
}

/** What judging a claim needs besides the runs. */
export interface ClaimOptions {
  readonly gates: readonly Gate[];
  /** Why nothing may be judged; null when it may. */
  readonly invalid: string | null;
  /** Of the design; default: those of a fixed number of pairs. */
  readonly levels?: Levels;
}

/**
 * Judges one claim over pairs of runs: `confirmed` when the interval of the tested quantity lies wholly on the claim's side
 * of the expected change, `refuted` when wholly on the other.
 */
export function judgeClaim(claim: Claim, runs: readonly ComparedPair[], options: ClaimOptions): ClaimResult {
  const measure = measureFrom(claim.metric);
  const metric = metricOf(measure);
  const expectation = expectationFrom(claim.expect);
  const test = testOf(expectation, metric);
  const pairs = measurePairs(measure, runs, options.gates);
  const refusal =
    options.invalid ??
    expectationProblem(expectation, metric) ??
    unlikeFaults(measure, runs) ??
    unusable(pairs);
  const { estimate, range, interval, verdict, reason } =
    refusal === null ? judge(claim, metric, test, pairs, options.levels ?? fixedLevels) : invalid(refusal);
  const { id, says, expect, documented, because } = claim;
  return {
    ...{ id, says, metric: claim.metric, expect, documented, because },
    ...{ unit: metric.unit, scale: metric.scale },
    ...mediansOf(pairs),
    estimate,
    estimateRange: storedInterval(range),
    interval: storedInterval(interval),
    ...{ threshold: test.threshold, side: test.side, verdict, reason },
  };
}
