// Injecting one fault: intent on disk, act, read back; later undo, look again, and judge what really happened.

import { systemClock } from '../kernel/clock.ts';
import type { Clock } from '../kernel/clock.ts';
import { exitCodes, messageOf, MettleError } from '../kernel/errors.ts';
import type { Tracked, UndoIntent } from '../kernel/ports.ts';
import type { FidelityCheck } from '../record/schema.ts';
import { connectToxiproxy } from './clients/toxiproxy.ts';
import type { ToxiproxyPort } from './clients/toxiproxy.ts';
import type { Injection, InjectionRequest, InjectionResult } from './fault.ts';
import { keptUntilCleared, lasted, promptEffect } from './fidelity.ts';
import { attemptsOf, readWindow, seeFault } from './observe.ts';
import { faultOf } from './registry.ts';
import type { FaultSpec } from './registry.ts';
import type { Seen } from './seen.ts';
import { judgeTraffic } from './traffic.ts';
import { patient, undoEntries } from './undo/attempt.ts';
import { undoKinds } from './undo/registry.ts';
import { gone } from './undo/undo-kind.ts';

const beforeMicros = 10_000_000;
/** How much longer than planned a fault may last on the embedded proxy when Mettle hangs. */
const ttlMarginMs = 5_000;

/** What was known when the fault took effect. */
interface Start {
  readonly request: InjectionRequest<FaultSpec>;
  readonly clock: Clock;
  readonly server: ToxiproxyPort;
  readonly intent: UndoIntent;
  readonly tracked: Tracked;
  readonly askedAtMicros: number;
  readonly effectAtMicros: number;
  readonly attemptsBefore: number | null;
}

/**
 * Puts a fault on a link. Rejects when it could not be put there: then it has been undone, or, with exit code 4, the
 * error says what is left (and the journal still holds it).
 */
export async function inject(
  request: InjectionRequest<FaultSpec>,
  clock: Clock = systemClock,
): Promise<Injection> {
  const { spec, link, id } = request;
  const fault = faultOf(spec);
  const server = connectToxiproxy(link.apiUrl);
  const attemptsBefore = await attemptsUntilNow(server, request, clock);
  const planned = fault.plan(spec, id, link);
  const ttlMs = Math.ceil(request.forMicros / 1_000) + ttlMarginMs;
  const intent = { ...planned, data: { ...planned.data, ttlMs } };
  const tracked = await request.tracker.track(intent);
  const askedAtMicros = clock.nowMicros();
  try {
    await fault.apply(spec, intent);
    await tracked.applied({});
  } catch (error) {
    const note = await undoNow(intent, tracked);
    throw note === null ? error : leftBehind(intent, note, error);
  }
  const effectAtMicros = clock.nowMicros();
  const start: Start = {
    ...{ request, clock, server, intent, tracked },
    ...{ askedAtMicros, effectAtMicros, attemptsBefore },
  };
  let cleared: Promise<InjectionResult> | undefined;
  return { effectAtMicros, clear: () => (cleared ??= clear(start)) };
}

/** Never throws: whatever cannot be found out is unknown, whatever cannot be undone is said. */
async function clear(start: Start): Promise<InjectionResult> {
  const { request, clock, intent, tracked, effectAtMicros } = start;
  const kept = await stillThere(intent);
  const note = await undoNow(intent, tracked);
  const clearedAtMicros = clock.nowMicros();
  const seen = await seeDuring(start, clearedAtMicros).catch(() => null);
  const fidelity: FidelityCheck[] = [
    ...faultOf(request.spec).judge(request.spec, seen),
    promptEffect(start.askedAtMicros, effectAtMicros),
    lasted(request.forMicros, clearedAtMicros - effectAtMicros),
    ...(kept === null ? [] : [keptUntilCleared(kept)]),
  ];
  return {
    clearedAtMicros: note === null ? clearedAtMicros : null,
    status: note === null ? 'undone' : 'undo failed',
    note,
    fidelity,
    traffic: judgeTraffic(start.attemptsBefore, seen?.attempts ?? null, request.traffic),
    observation: seen?.observation ?? null,
  };
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

async function attemptsUntilNow(
  server: ToxiproxyPort,
  { link }: InjectionRequest<FaultSpec>,
  clock: Clock,
): Promise<number | null> {
  if (!link.embedded) return null;
  const untilMicros = clock.nowMicros();
  const window = await readWindow(server, link, { sinceMicros: untilMicros - beforeMicros, untilMicros });
  return window === undefined ? null : attemptsOf(window);
}

async function seeDuring(
  { request, server, intent, ...start }: Start,
  untilMicros: number,
): Promise<Seen | null> {
  const name = intent.data.toxicName;
  const around = { sinceMicros: start.askedAtMicros, untilMicros };
  return await seeFault(server, request.link, typeof name === 'string' ? name : null, around);
}

const leftBehind = (intent: UndoIntent, note: string, cause: unknown): MettleError =>
  new MettleError({
    code: 'UNDO_FAILED',
    message: `${intent.describe} failed (${messageOf(cause)}) and could not be undone: ${note}`,
    hint: 'finish it with: mettle chaos rollback',
    exitCode: exitCodes.undoFailed,
    cause,
  });
