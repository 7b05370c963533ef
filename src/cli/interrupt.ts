// Ctrl-C, and errors that nobody caught: the first one begins the undo, later ones do not skip it.

import { exitCodes, messageOf, MettleError } from '../kernel/errors.ts';

const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const uncaught = ['uncaughtException', 'unhandledRejection'] as const;

/**
 * Acts with a signal that aborts on Ctrl-C and on an error that nobody caught. After such an error the act is undone like
 * an interrupted one, and then INTERNAL (exit code 3) is thrown, unless an undo failed, which outranks it.
 */
export async function interruptible<Result>(
  say: (line: string) => void,
  act: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const { signal } = controller;
  let internal: MettleError | undefined;
  const onSignal = (name: NodeJS.Signals): void => {
    if (signal.aborted) {
      say(`still undoing and stopping what was started (${name} does not skip it)`);
      return;
    }
    say(`${name}: undoing faults, then stopping what was started`);
    controller.abort(name);
  };
  const onUncaught = (error: unknown): void => {
    // Only the first is told: saying it may be what fails.
    if (internal !== undefined) return;
    internal = internalError(error);
    say(internal.message);
    controller.abort('uncaught');
  };
  for (const name of names) process.on(name, onSignal);
  for (const event of uncaught) process.on(event, onUncaught);
  try {
    const [outcome] = await Promise.allSettled([act(signal)]);
    const undoFailed =
      outcome.status === 'rejected'
        ? outcome.reason instanceof MettleError && outcome.reason.exitCode === exitCodes.undoFailed
        : outcome.value === exitCodes.undoFailed;
    if (internal !== undefined && !undoFailed) throw internal;
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  } finally {
    for (const name of names) process.off(name, onSignal);
    for (const event of uncaught) process.off(event, onUncaught);
  }
}

export const untilAborted = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });

const internalError = (error: unknown): MettleError =>
  new MettleError({
    code: 'INTERNAL',
    message: `Mettle itself failed: ${messageOf(error)}`,
    hint: 'This is a bug. Run again with --debug and report what it prints.',
    exitCode: exitCodes.invalid,
    cause: error,
  });
