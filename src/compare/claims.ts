// Claims: what someone says a change gained, confirmed or refuted by the interval of the measured change.

import { MettleError } from '../kernel/errors.ts';
import type { Gate } from '../slo/gate.ts';
import type { Metric } from '../slo/metrics/metric.ts';
import { metricOf } from '../slo/reading.ts';
import {
  type ClaimTest,
  expectationProblem,
  testOf,
  tooBlurred,
  valueProblem,
  verdictFor,
} from './claim-test.ts';
import { measureFrom } from './comparison.ts';
import { fixedLevels, type Levels } from './design.ts';
import { parseExpectation } from './expectation.ts';
import type { Expectation } from './expectation.ts';
import { mediansOf } from './medians.ts';
import { effectsOf, estimateOf, intervalOf, measurePairs, storedInterval, unusable } from './pair-values.ts';
import type { ComparedPair, MeasuredPair } from './pair-values.ts';
import { alikeIn, changeOf } from './quantity.ts';
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
    : estimateText({ ...estimateOf(effects), interval, confidence }, metric);
}

/** Of nothing, no share can be told: of zeros, and of what cannot be told from them. */
function isNothing(metric: Metric, pairs: readonly MeasuredPair[]): boolean {
  const alike = alikeIn(metric);
  return pairs.every(({ before, after }) =>
    metric.scale === 'points'
      ? before.value === 0 && after.value === 0
      : before.value !== null && after.value !== null && alike(before.value, after.value),
  );
}

function judge(
  claim: Claim,
  metric: Metric,
  test: ClaimTest,
  pairs: readonly MeasuredPair[],
  levels: Levels,
): Judged {
  const effects = effectsOf(pairs, test.quantity);
  const interval = intervalOf(effects, levels.confidence);
  if (interval === null) return invalid('too few pairs');
  const found = verdictFor(test, interval);
  const blurred = tooBlurred(test, metric, pairs, {
    interval,
    confidence: levels.confidence,
  });
  const nothing = isNothing(metric, pairs) && found === 'inconclusive';
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
    unusable(pairs) ??
    valueProblem(test, pairs);
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
