// The verdict on a run, one pure function, so that its precedence is a truth table and nothing else decides.

import { exitCodes } from '../kernel/errors.ts';
import type { RunRecord, SloRecord, Verdict } from '../record/schema.ts';

export interface VerdictInput {
  /** What could not be undone or verified; one sentence each. */
  readonly undoFailed: readonly string[];
  /** Why the run was cut short by a person or a signal; null when it was not. */
  readonly interrupted: string | null;
  /** Why a promise that only warns stopped the run: a run of which most was never judged is no pass. */
  readonly stopped?: string | null;
  /** Why the run itself measured nothing reliable: generator, fidelity, a dead thread, missing traffic. */
  readonly invalidReasons: readonly string[];
  readonly slo: readonly SloRecord[];
  /** Over all steps after the warm-up, which no verdict looks at; `inWarmup`: what was offered in it. */
  readonly traffic: { readonly offered: number; readonly ok: number; readonly inWarmup?: number };
}

const sentence = (promise: SloRecord): string => `${promise.text}: ${promise.reason ?? promise.status}`;

/** A run without load or without anything to hold it to must not pass in silence. */
function emptiness(input: VerdictInput): string[] {
  const { slo, traffic, interrupted } = input;
  if (interrupted !== null) return [];
  if (traffic.offered === 0) {
    const none =
      (traffic.inWarmup ?? 0) > 0 ? 'nothing was offered after the warm-up' : 'nothing was offered';
    return [`no traffic: ${none}`];
  }
  const stopping = input.stopped != null;
  const broken = stopping || slo.some((promise) => promise.severity === 'fail' && promise.status === 'fail');
  if (traffic.ok === 0 && !broken) return ['no good answer: everything that was offered failed'];
  if (slo.length > 0 && slo.every((promise) => promise.status === 'not judged'))
    return ['no promise could be judged'];
  return [];
}

/**
 * undo failed > interrupted > run invalid > fail > promise invalid > warn > pass. The reasons of every level are
 * listed, the deciding one first. A promise of severity `warn` never weighs more than a warning; `not judged` nothing.
 */
export function verdictOf(input: VerdictInput): Verdict {
  const { slo } = input;
  const stopped = input.stopped ?? null;
  const weighty = slo.filter((promise) => promise.severity === 'fail');
  const levels = [
    { status: 'fail', exitCode: exitCodes.undoFailed, reasons: input.undoFailed },
    {
      status: 'interrupted',
      exitCode: exitCodes.interrupted,
      reasons: input.interrupted === null ? [] : [input.interrupted],
    },
    {
      status: 'invalid',
      exitCode: exitCodes.invalid,
      reasons: [...input.invalidReasons, ...emptiness(input)],
    },
    {
      status: 'fail',
      exitCode: exitCodes.failed,
      reasons: [
        ...(stopped === null ? [] : [stopped]),
        ...weighty.filter((promise) => promise.status === 'fail').map(sentence),
      ],
    },
    {
      status: 'invalid',
      exitCode: exitCodes.invalid,
      reasons: weighty.filter((promise) => promise.status === 'invalid').map(sentence),
    },
    {
      status: 'warn',
      exitCode: exitCodes.ok,
      reasons: slo
        .filter(
          (promise) =>
            promise.status === 'warn' || (promise.severity === 'warn' && promise.status !== 'pass'),
        )
        .filter((promise) => promise.status !== 'not judged')
        .map(sentence),
    },
  ] as const;
  const reasons = levels.flatMap((level) => level.reasons);
  const deciding = levels.find((level) => level.reasons.length > 0);
  return deciding === undefined
    ? { status: 'pass', reasons: [], exitCode: exitCodes.ok }
    : { status: deciding.status, reasons, exitCode: deciding.exitCode };
}

/** Reasons of a verdict that do not come from its promises: what made the run itself unreliable. */
export function runLevelReasons(run: RunRecord): string[] {
  const fromPromises = new Set(run.slo.map(sentence));
  return run.verdict.reasons.filter((reason) => !fromPromises.has(reason));
}
