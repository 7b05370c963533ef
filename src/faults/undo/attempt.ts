// Undoing journalled things for certain: last in first out, every one tried, each looked at afterwards, failures retried.

import { setTimeout as wait } from 'node:timers/promises';
import { messageOf } from '../../kernel/errors.ts';
import { stopTree } from '../../kernel/process-tree.ts';
import type { Outstanding } from '../journal-file.ts';
import { gone } from './undo-kind.ts';
import type { UndoKind, UndoLimits } from './undo-kind.ts';

export interface UndoPolicy extends UndoLimits {
  /** Rounds over all that is left; at least 1. */
  readonly rounds: number;
  readonly pauseMs: number;
}

/** For orderly ends, where time is not short. */
export const patient: UndoPolicy = { rounds: 3, pauseMs: 200, graceMs: 3_000, callTimeoutMs: 3_000 };

export interface UndoFailure {
  readonly describe: string;
  /** Why, and how to finish by hand. */
  readonly note: string;
}

export interface UndoReport {
  /** What was undone, in words, in the order of undoing. */
  readonly undone: readonly string[];
  readonly failed: readonly UndoFailure[];
}

export interface UndoOutcome {
  readonly entry: Outstanding;
  /** null: verified gone. Else why not, and how to finish by hand. */
  readonly note: string | null;
}

/** One entry, one attempt. Never throws. */
export async function undoOnce(
  entry: Outstanding,
  kinds: readonly UndoKind[],
  limits: UndoLimits,
): Promise<UndoOutcome> {
  const kind = kinds.find((candidate) => candidate.kind === entry.kind);
  if (kind === undefined) return { entry, note: `this version of Mettle cannot undo a ${entry.kind}` };
  let failure: string | undefined;
  try {
    await kind.undo(entry.data, entry.snapshot, limits);
  } catch (error) {
    failure = messageOf(error);
  }
  try {
    // Whether it worked is for the verification to say: an undo may fail because there is nothing left to undo.
    const state = await kind.verify(entry.data, entry.snapshot, limits);
    if (state === gone) return { entry, note: null };
    return { entry, note: failure === undefined || state.includes(failure) ? state : `${failure}; ${state}` };
  } catch (error) {
    return { entry, note: failure ?? messageOf(error) };
  }
}

/**
 * Undoes all, from the last to the first; what fails is tried again, in the same order, once the others have had their
 * turn. `onOutcome` hears every success, and every failure that is final.
 */
export async function undoEntries(
  entries: readonly Outstanding[],
  kinds: readonly UndoKind[],
  policy: UndoPolicy,
  onOutcome: (outcome: UndoOutcome) => Promise<void>,
): Promise<UndoReport> {
  const undone: string[] = [];
  let left: UndoOutcome[] = entries.map((entry) => ({ entry, note: null })).reverse();
  for (let round = 1; round <= policy.rounds && left.length > 0; round += 1) {
    if (round > 1) await wait(policy.pauseMs);
    const failed: UndoOutcome[] = [];
    for (const { entry } of left) {
      const outcome = await undoOnce(entry, kinds, policy);
      if (outcome.note !== null) failed.push(outcome);
      else {
        undone.push(entry.describe);
        await onOutcome(outcome);
      }
    }
    left = failed;
  }
  for (const outcome of left) await onOutcome(outcome);
  return {
    undone,
    failed: left.map(({ entry, note }) => ({ describe: entry.describe, note: note ?? 'unknown' })),
  };
}

/**
 * Ends every process that still carries the token, journalled or not: a child may have been started in the moment of
 * ending, before it was written down.
 */
export async function withSweep(report: UndoReport, childToken: string): Promise<UndoReport> {
  const tree = { identity: null, processGroup: null, token: childToken, graceMs: 0 };
  const { remaining } = await stopTree(tree);
  if (remaining.length === 0) return report;
  const pids = remaining.map((process) => process.pid).join(', ');
  const left = {
    describe: 'children of Mettle',
    note: `still running: process ${pids}; end it by hand (kill -9)`,
  };
  return { ...report, failed: [...report.failed, left] };
}
