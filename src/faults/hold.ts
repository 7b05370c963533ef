// What every injection does, whatever it is put on: intent on disk, act, read back; later undo, look again, and judge.

import type { Clock } from '../kernel/clock.ts';
import { exitCodes, messageOf, MettleError } from '../kernel/errors.ts';
import type { Tracked, Tracker, UndoIntent } from '../kernel/ports.ts';
import type { FidelityCheck } from '../record/schema.ts';
import type { Injection, InjectionResult } from './fault.ts';
import { keptUntilCleared, lasted, promptEffect } from './fidelity.ts';
import { patient, undoEntries } from './undo/attempt.ts';
import { undoKinds } from './undo/registry.ts';
import { gone } from './undo/undo-kind.ts';

/** What was seen of a fault from being asked for to being cleared; all on the clock of the action. */
type Verdict = Pick<InjectionResult, 'fidelity' | 'traffic' | 'observation'>;

export interface Action {
  readonly intent: UndoIntent;
  readonly tracker: Tracker;
  readonly clock: Clock;
  /** How long it is meant to last. */
  readonly forMicros: number;
  /** Acts; resolves once the effect has been read back. */
  apply(): Promise<void>;
  /** It may rightly be over before it is cleared (what restarts by itself); then nobody is asked whether it was kept. */
  readonly mayEndByItself?: boolean;
  /**
   * Puts back what only this process can put back (a process of its own that it starts again); before the journal's own
   * undo. Resolves with what is left, or null; a rejection is told as what is left.
   */
  restore?(): Promise<string | null>;
  /** Asked once it is undone. */
  judge(askedAtMicros: number, clearedAtMicros: number): Promise<Verdict>;
}

interface Held extends Action {
  readonly tracked: Tracked;
  readonly askedAtMicros: number;
  readonly effectAtMicros: number;
}

/**
 * Acts, and holds it until `clear`. Rejects when it could not be done: then it has been undone, or, with exit code 4,
 * the error says what is left (and the journal still holds it).
 */
export async function hold(action: Action): Promise<Injection> {
  const { intent, clock } = action;
  const tracked = await action.tracker.track(intent);
  const askedAtMicros = clock.nowMicros();
  try {
    await action.apply();
    await tracked.applied({});
  } catch (error) {
    const left = await restored(action);
    const note = (await undoNow(intent, tracked)) ?? left;
    throw note === null ? error : leftBehind(intent, note, error);
  }
  const effectAtMicros = clock.nowMicros();
  const held: Held = { ...action, tracked, askedAtMicros, effectAtMicros };
  let cleared: Promise<InjectionResult> | undefined;
  return { effectAtMicros, clear: () => (cleared ??= clear(held, action)) };
}

/** Never throws: whatever cannot be found out is unknown, whatever cannot be undone is said. */
async function clear(held: Held, action: Action): Promise<InjectionResult> {
  const { clock, intent, tracked, askedAtMicros, effectAtMicros, forMicros } = held;
  const kept = held.mayEndByItself === true ? null : await stillThere(intent);
  const left = await restored(action);
  const note = (await undoNow(intent, tracked)) ?? left;
  const clearedAtMicros = clock.nowMicros();
  const { fidelity, traffic, observation } = await action.judge(askedAtMicros, clearedAtMicros);
  const whole: FidelityCheck[] = [
    ...fidelity,
    promptEffect(askedAtMicros, effectAtMicros),
    lasted(forMicros, clearedAtMicros - effectAtMicros),
    ...(kept === null ? [] : [keptUntilCleared(kept)]),
  ];
  return {
    clearedAtMicros: note === null ? clearedAtMicros : null,
    status: note === null ? 'undone' : 'undo failed',
    note,
    fidelity: whole,
    traffic,
    observation,
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
