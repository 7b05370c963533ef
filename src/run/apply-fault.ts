// `mettle chaos apply`: one fault where it is put by hand, held for a time, with everything that a run has around it:
// a lock, a journal, a watchdog, and an undo that is verified.

import type { Injection, InjectionResult } from '../faults/fault.ts';
import { type Journal, openJournal } from '../faults/journal.ts';
import { lockTarget } from '../faults/lock.ts';
import { startWatchdog } from '../faults/watchdog.ts';
import { isAborted } from '../kernel/abort.ts';
import { systemClock } from '../kernel/clock.ts';
import { type ExitCode, exitCodes, MettleError } from '../kernel/errors.ts';
import { formatDuration } from '../kernel/units.ts';
import type { ScheduledFault } from '../scenario/scenario.ts';
import { heldResources } from './held-resources.ts';
import { interrupted } from './stage.ts';

/** Where a fault is put, looked at and guarded: nothing is changed yet. */
export interface PreparedPlace {
  /** For people: `db at http://127.0.0.1:8474`, `service:web (shop_web_1)`. */
  readonly where: string;
  /** More of it, a line each. */
  readonly details: readonly string[];
  readonly undo: string;
  /** What others have left there, a line each. */
  leftovers(): Promise<readonly string[]>;
  inject(journal: Journal): Promise<Injection>;
}

/** One kind of place: a proxy on a server, or containers. */
export interface Place {
  /** Of the lock that keeps others from it. */
  readonly lock: string;
  /** `command`: what its own things are named by. Throws MettleError (exit code 2) when a guard refuses. */
  prepare(command: string): Promise<PreparedPlace>;
}

export interface ApplyRequest {
  readonly fault: ScheduledFault;
  readonly place: Place;
  /** Whose lock is taken besides the place's; null: no target was named. */
  readonly target: string | null;
  /** What the user ran, for the journal. */
  readonly command: string;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}

export interface AppliedFault {
  readonly result: InjectionResult;
  readonly lastedMicros: number;
  /** It was ended before its time. */
  readonly endedEarly: boolean;
  readonly exitCode: ExitCode;
}

/** Throws MettleError: 2 when it may not or cannot be begun, 3 when it did not take, 4 when an undo failed, 130. */
export async function applyFault(request: ApplyRequest): Promise<AppliedFault> {
  const { command, target, place } = request;
  const held = heldResources();
  return await held.around(async () => {
    const lock = await lockTarget(place.lock);
    held.later(() => lock.release());
    if (target !== null) {
      const targetLock = await lockTarget(target);
      held.later(() => targetLock.release());
    }
    const journal = await openJournal({ command });
    held.later(() => journal.close());
    const watchdog = await startWatchdog(journal.path);
    held.later(() => watchdog.close());
    const outcome: { applied?: AppliedFault } = {};
    // A result that says what is left, and how to finish it, is not to be lost to an error that says the same.
    held.later(() => undone(journal, outcome.applied?.result.status === 'undo failed'));
    return (outcome.applied = await holdFault(request, journal));
  });
}

async function holdFault(request: ApplyRequest, journal: Journal): Promise<AppliedFault> {
  const { fault, place, signal, progress } = request;
  const { id, forMicros } = fault;
  const prepared = await place.prepare(journal.childToken);
  for (const line of await prepared.leftovers()) progress(line);
  if (isAborted(signal)) throw interrupted();
  const injection = await prepared.inject(journal);
  progress(`${id} took effect on ${prepared.where} for ${formatDuration(forMicros)}; Ctrl-C ends it`);
  await systemClock.sleepUntil((injection.countsFromMicros ?? injection.effectAtMicros) + forMicros, signal);
  const endedEarly = isAborted(signal);
  const cleared = await injection.clear();
  const lastedMicros = (cleared.clearedAtMicros ?? systemClock.nowMicros()) - injection.effectAtMicros;
  const result = endedEarly ? withoutDuration(cleared, lastedMicros) : cleared;
  return { result, lastedMicros, endedEarly, exitCode: exitCodeOf(result, endedEarly) };
}

/** Whoever ends a fault by hand has not asked for its whole time. */
const withoutDuration = (result: InjectionResult, lastedMicros: number): InjectionResult => ({
  ...result,
  fidelity: result.fidelity.map((check) =>
    check.name === 'duration'
      ? { ...check, happened: `${formatDuration(lastedMicros)}, ended by hand`, status: 'unmeasured' }
      : check,
  ),
});

function exitCodeOf({ status, fidelity }: InjectionResult, endedEarly: boolean): ExitCode {
  if (status === 'undo failed') return exitCodes.undoFailed;
  if (endedEarly) return exitCodes.interrupted;
  return fidelity.some((check) => check.status === 'outside') ? exitCodes.invalid : exitCodes.ok;
}

/** What the injection itself could not undo is tried once more here; its own result says that it failed. */
async function undone(journal: Journal, told: boolean): Promise<void> {
  const { failed } = await journal.undoAll();
  const [first] = failed;
  if (first === undefined || told) return;
  throw new MettleError({
    code: 'UNDO_FAILED',
    message: `${first.describe} could not be undone: ${first.note}`,
    hint: 'finish it with: mettle chaos rollback',
    exitCode: exitCodes.undoFailed,
  });
}
