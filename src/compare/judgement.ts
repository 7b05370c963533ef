// The verdict on a comparison, one pure function: what gates it, in which order, and with which exit code.

import { exitCodes } from '../kernel/errors.ts';
import type { RunRecord } from '../record/schema.ts';
import type { ComparedPair } from './pair-values.ts';
import type { ClaimResult, Comparison, MetricComparison } from './schema.ts';
import { isReliable, unreliability } from './unreliable.ts';

export interface JudgementInput {
  readonly pairs: readonly ComparedPair[];
  readonly metrics: readonly MetricComparison[];
  readonly claims: readonly ClaimResult[];
  /** What makes the runs incomparable, and what else forbids a judgement. */
  readonly invalid: readonly string[];
  readonly interrupted: boolean;
  readonly undoFailed: readonly string[];
}

const inRun = (run: RunRecord, reason: string): string => `${run.id}: ${reason}`;

/**
 * Why the runs themselves measured nothing reliable, each run's reasons apart; the promises' own are not among them. A run
 * that a promise stopped is a part, and not to be compared with a whole.
 */
export function unreliableRuns(pairs: readonly ComparedPair[]): string[] {
  return pairs
    .flatMap(({ before, after }) => [before.run, after.run])
    .flatMap((run) => {
      if (run.stoppedBy !== null) return [inRun(run, `stopped by \`${run.stoppedBy.promise}\``)];
      return unreliability(run).map((reason) => inRun(run, reason));
    });
}

const afterRuns = (pairs: readonly ComparedPair[]): RunRecord[] => pairs.map((pair) => pair.after.run);

/**
 * Promises gate the `after` variant only; each promise is named once, with how often it was broken. A run that measured
 * nothing reliable breaks none: it makes the comparison invalid, not failed.
 */
function promiseReasons(pairs: readonly ComparedPair[], status: 'fail' | 'invalid'): string[] {
  const broken = new Map<string, number>();
  for (const run of afterRuns(pairs).filter(isReliable)) {
    for (const promise of run.slo) {
      if (promise.severity === 'fail' && promise.status === status)
        broken.set(promise.text, (broken.get(promise.text) ?? 0) + 1);
    }
  }
  const word = status === 'fail' ? 'broken' : 'could not be judged';
  return [...broken].map(([text, count]) => `after: ${text} ${word} in ${count} of ${pairs.length} runs`);
}

const claimReasons = (claims: readonly ClaimResult[], verdict: ClaimResult['verdict']): string[] =>
  claims.filter((claim) => claim.verdict === verdict).map((claim) => `claim ${claim.id}: ${claim.reason}`);

const primaryReasons = (
  metrics: readonly MetricComparison[],
  outcome: MetricComparison['outcome'],
): string[] =>
  metrics
    .filter((metric) => metric.primary && metric.outcome === outcome)
    .map((metric) => `${metric.metric} (primary): ${outcome}, ${metric.reason}`);

/** Runs that left something behind, with what it was. */
export function undoFailures(pairs: readonly ComparedPair[]): string[] {
  return pairs
    .flatMap(({ before, after }) => [before.run, after.run])
    .filter((run) => run.verdict.exitCode === exitCodes.undoFailed)
    .map((run) => inRun(run, run.verdict.reasons[0] ?? 'an undo failed'));
}

/** Nothing that could fail must not be a silent pass. */
function nothingJudged({ pairs, metrics, claims }: JudgementInput): string[] {
  const promised = afterRuns(pairs).some((run) => run.slo.some(({ severity }) => severity === 'fail'));
  const judged = promised || claims.length > 0 || metrics.some((metric) => metric.primary);
  if (judged) return [];
  return pairs.length === 0
    ? ['nothing to judge: no pair is complete']
    : ['nothing to judge: there is no primary metric, no claim and no promise that can fail'];
}

/**
 * undo failed (4) > interrupted (130) > refuted, regressed or a promise of `after` broken (1) > invalid (3) >
 * inconclusive (3) > pass. Metrics that are not primary inform and never decide.
 */
export function judgeComparison(input: JudgementInput): Comparison['verdict'] {
  const { pairs, metrics, claims } = input;
  const levels = [
    { status: 'fail', exitCode: exitCodes.undoFailed, reasons: input.undoFailed },
    {
      status: 'interrupted',
      exitCode: exitCodes.interrupted,
      reasons: input.interrupted ? [`interrupted after ${pairs.length} complete pairs`] : [],
    },
    {
      status: 'fail',
      exitCode: exitCodes.failed,
      reasons: [
        ...claimReasons(claims, 'refuted'),
        ...primaryReasons(metrics, 'regressed'),
        ...promiseReasons(pairs, 'fail'),
      ],
    },
    {
      status: 'invalid',
      exitCode: exitCodes.invalid,
      reasons: [
        ...new Set([
          ...input.invalid,
          ...nothingJudged(input),
          ...claimReasons(claims, 'invalid'),
          ...primaryReasons(metrics, 'invalid'),
          ...promiseReasons(pairs, 'invalid'),
        ]),
      ],
    },
    {
      status: 'inconclusive',
      exitCode: exitCodes.invalid,
      reasons: [...claimReasons(claims, 'inconclusive'), ...primaryReasons(metrics, 'inconclusive')],
    },
  ] as const;
  const deciding = levels.find((level) => level.reasons.length > 0);
  const reasons = levels.flatMap((level) => level.reasons);
  return deciding === undefined
    ? { status: 'pass', reasons: [], exitCode: exitCodes.ok }
    : { status: deciding.status, reasons, exitCode: deciding.exitCode };
}

/** Whether more pairs could still decide something that gates: for the look between. */
export const undecided = ({ metrics, claims }: Pick<Comparison, 'metrics' | 'claims'>): boolean =>
  metrics.some(({ primary, outcome }) => primary && outcome === 'inconclusive') ||
  claims.some(({ verdict }) => verdict === 'inconclusive');
