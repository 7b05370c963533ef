// What every injection does, whatever it is put on: intent on disk, act, read back; later undo, look again, and judge.

import type { Clock } from '../kernel/clock.ts';
import { exitCodes, messageOf, MettleError } from '../kernel/errors.ts';
import type { Tracked, Tracker, UndoIntent } from '../kernel/ports.ts';
import type { FidelityCheck } from '../record/schema.ts';
import type { Injection, InjectionResult } from './fault.ts';
import { keptUntilCleared, lasted, outlived, promptEffect } from './fidelity.ts';
import { ttlMsOf } from './ttl.ts';
import { patient, undoEntries } from './undo/attempt.ts';
import { undoKinds } from './undo/registry.ts';
import { gone } from './undo/undo-kind.ts';

/** What was seen of a fault from being asked for to being cleared; all on the clock of the action. */
type Verdict = Pick<InjectionResult, 'fidelity' | 'traffic' | 'observation' | 'turns'>;

export interface Action {
  readonly intent: UndoIntent;
  readonly tracker: Tracker;
  readonly clock: Clock;
  /** How long it is meant to last. */
  readonly forMicros: number;
  /** Acts; resolves once the effect has been read back. */
  apply(): Promise<void>;
  /** Since when `forMicros` counts; default: once it is read back. */
  readonly countsSince?: 'asked' | 'read back';
  /**
   * Told the moment right before acting. The effect counts from there: what fails until it is read back is the fault's own
   * doing, and must not be laid to the steady time before it.
   */
  readonly onActing?: ((effectAtMicros: number) => void) | undefined;
  /** How long it may take until it is read back; default: 1 s. */
  readonly effectWithinMicros?: number;
  /** It may rightly be over before it is cleared (what restarts by itself); then nobody is asked whether it was kept. */
  readonly mayEndByItself?: boolean;
  /**
   * Puts back what only this process can put back (a process of its own that it starts again); before the journal's own
   * undo. Resolves with what is left, or null; a rejection is told as what is left. How long it takes is not counted to
   * how long the fault lasted as asked: that is up to whatever is put back.
   */
  restore?(): Promise<string | null>;
  /**
   * Waits until all that it is one fault with are in effect, or could not be; never rejects. Effect is each one's own;
   * its time, and its time to live, count from then.
   */
  together?(): Promise<void>;
  /** Asked once it is undone. */
  judge(askedAtMicros: number, clearedAtMicros: number): Promise<Verdict>;
}

interface Held extends Action {
  readonly tracked: Tracked;
  readonly askedAtMicros: number;
  readonly readBackAtMicros: number;
  readonly countsFromMicros: number;
}

/**
 * Acts, and holds it until `clear`. Rejects when it could not be done: then it has been undone, or, with exit code 4,
 * the error says what is left (and the journal still holds it).
 */
export async function hold(action: Action): Promise<Injection> {
  const { intent, clock } = action;
  const tracked = await action.tracker.track({ ...intent, ttlMs: ttlMsOf(action.forMicros) });
  const askedAtMicros = clock.nowMicros();
  action.onActing?.(askedAtMicros);
  let readBackAtMicros: number;
  try {
    await action.apply();
    readBackAtMicros = clock.nowMicros();
    await action.together?.();
    await tracked.applied({});
  } catch (error) {
    const left = await restored(action);
    const note = (await undoNow(intent, tracked)) ?? left;
    throw note === null ? error : leftBehind(intent, note, error);
  }
  const countsFromMicros = action.countsSince === 'asked' ? askedAtMicros : clock.nowMicros();
  const held: Held = { ...action, tracked, askedAtMicros, readBackAtMicros, countsFromMicros };
  let cleared: Promise<InjectionResult> | undefined;
  return {
    ...{ effectAtMicros: askedAtMicros, countsFromMicros },
    clear: (onCleared) => (cleared ??= clear(held, action, onCleared)),
  };
}

/** Never throws: whatever cannot be found out is unknown, whatever cannot be undone is said. */
async function clear(
  held: Held,
  action: Action,
  onCleared?: (clearedAtMicros: number) => void,
): Promise<InjectionResult> {
  const { clock, intent, tracked, askedAtMicros, readBackAtMicros, countsFromMicros, forMicros } = held;
  const expired = (await tracked.expired?.().catch(() => false)) ?? false;
  const kept = held.mayEndByItself === true ? null : await stillThere(intent);
  // What is put back by hand may take longer than its time; the watchdog waits.
  if (action.restore !== undefined) await tracked.clearing?.().catch(() => undefined);
  const restoreAtMicros = clock.nowMicros();
  const left = await restored(action);
  const note = (await undoNow(intent, tracked)) ?? left;
  const clearedAtMicros = clock.nowMicros();
  if (note === null) onCleared?.(clearedAtMicros);
  const endedAtMicros = action.restore === undefined ? clearedAtMicros : restoreAtMicros;
  const { fidelity, ...seen } = await action.judge(askedAtMicros, clearedAtMicros);
  const whole: FidelityCheck[] = [
    ...fidelity,
    promptEffect(askedAtMicros, readBackAtMicros, held.effectWithinMicros),
    lasted(forMicros, endedAtMicros - countsFromMicros),
    ...(expired ? [outlived] : kept === null ? [] : [keptUntilCleared(kept)]),
  ];
  return {
    clearedAtMicros: note === null ? clearedAtMicros : null,
    status: note === null ? 'undone' : 'undo failed',
    note,
    fidelity: whole,
    ...seen,
  };
}

async function restored(action: Action): Promise<string | null> {
  try {
    return (await action.restore?.()) ?? null;
  } catch (error) {
    return messageOf(error);
  }
}

/** Undoes, retries, looks; the journal forgets it when it is verified gone. null, or what is left. */
async function undoNow(intent: UndoIntent, tracked: Tracked): Promise<string | null> {
  const entry = { ...intent, id: tracked.id, snapshot: {}, note: null };
  const { failed } = await undoEntries([entry], undoKinds, patient, () => Promise.resolve());
  const note = failed[0]?.note ?? null;
  // A journal that cannot be written keeps the entry; undoing it once more is harmless.
  if (note === null) await tracked.released().catch(() => undefined);
  return note;
}

/** False when it was gone before it was cleared; null when no one can tell. */
async function stillThere(intent: UndoIntent): Promise<boolean | null> {
  const kind = undoKinds.find((candidate) => candidate.kind === intent.kind);
  const state = await kind?.verify(intent.data, {}, patient).catch(() => undefined);
  if (state === undefined || state.startsWith('not known')) return null;
  return state !== gone;
}

const leftBehind = (intent: UndoIntent, note: string, cause: unknown): MettleError =>
  new MettleError({
    code: 'UNDO_FAILED',
    message: `${intent.describe} failed (${messageOf(cause)}) and could not be undone: ${note}`,
    hint: 'finish it with: mettle chaos rollback',
    exitCode: exitCodes.undoFailed,
    cause,
  });
