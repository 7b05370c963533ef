// What runs say that are in no pair: a run that failed must not drop out of the judgement with a mere note.

import type { Comparison } from '../compare/schema.ts';
import { exitCodes } from '../kernel/errors.ts';
import type { RunRecord } from '../record/schema.ts';
import { unfitness } from './compare-records-fit.ts';
import type { StoredRun } from './compare-records-members.ts';

export interface Alone {
  readonly before: readonly StoredRun[];
  readonly after: readonly StoredRun[];
}

export interface AloneSays {
  /** A promise of `after` is broken with or without a partner. */
  readonly broken: readonly string[];
  /** What flatters its side when it is left out. Refused unless forced. */
  readonly differences: readonly string[];
}

export const together = (...parts: readonly Alone[]): Alone => ({
  before: parts.flatMap(({ before }) => before),
  after: parts.flatMap(({ after }) => after),
});

/** Under `force` broken promises are left out and told, like everything that is not comparable. */
export function whatAloneSays({ before, after }: Alone, force: boolean): AloneSays {
  const all = [...before, ...after].map(({ run }) => run);
  const broken = brokenAlone(after.map(({ run }) => run));
  const unjudged = after.flatMap(({ run }) => promisesOf(run, 'invalid', 'could not be judged'));
  return {
    broken: force ? [] : broken,
    differences: [...all.flatMap(unfitAlone), ...unjudged, ...(force ? broken : [])],
  };
}

/** Of what was cut short the verification tells itself, and a copy is no run of its own. */
function unfitAlone(run: RunRecord): string[] {
  const unfit = unfitness(run);
  return unfit === null || unfit.kind === 'interrupted' || unfit.kind === 'copy'
    ? []
    : [`${run.id}, in no pair, ${unfit.why}`];
}

/** Promises that runs of `after` broke, one sentence each. */
export const brokenAlone = (after: readonly RunRecord[]): string[] =>
  after.flatMap((run) => promisesOf(run, 'fail', 'broken'));

function promisesOf(run: RunRecord, status: 'fail' | 'invalid', word: string): string[] {
  return judgedBy(run)
    .filter((promise) => promise.severity === 'fail' && promise.status === status)
    .map(({ text }) => `after: ${text} ${word} in ${run.id}, which is in no pair`);
}

/**
 * What a run that measured nothing reliable says of its promises is no more reliable than the rest. One that a promise
 * stopped has judged that promise.
 */
function judgedBy(run: RunRecord): RunRecord['slo'] {
  const unfit = unfitness(run);
  if (unfit === null) return run.slo;
  return unfit.kind === 'target' ? run.slo.filter(({ text }) => text === run.stoppedBy?.promise) : [];
}

/** A broken promise fails a comparison, whatever else of it is not known; only an undo and an interruption outrank it. */
export function withBroken(comparison: Comparison, broken: readonly string[]): Comparison {
  const { verdict } = comparison;
  if (broken.length === 0) return comparison;
  const reasons = [...broken, ...verdict.reasons];
  const outranked = verdict.exitCode === exitCodes.undoFailed || verdict.exitCode === exitCodes.interrupted;
  const told = outranked
    ? { ...verdict, reasons: [...verdict.reasons, ...broken] }
    : { status: 'fail' as const, reasons, exitCode: exitCodes.failed };
  return { ...comparison, verdict: told };
}
