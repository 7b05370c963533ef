// Letting go of what was created: newest first, all of it even when one fails, and never quietly.

import { exitCodes, messageOf, MettleError } from '../kernel/errors.ts';

/** What one start has created so far. */
export interface Releases {
  readonly add: (release: () => void | Promise<void>) => void;
  /**
   * Lets go of everything, last-in-first-out, one caller after the other. Throws NOT_RELEASED (exit code 4) after all
   * were tried, when any failed; those are kept, so that a later call tries them again.
   */
  readonly letGo: () => Promise<void>;
  /** For a failed start: lets go, then throws what went wrong; a failure to let go outranks it (exit code 4). */
  readonly letGoAfter: (failure: unknown) => Promise<never>;
}

export function createReleases(): Releases {
  let held: (() => void | Promise<void>)[] = [];
  let turn: Promise<void> = Promise.resolve();
  const drain = async (): Promise<void> => {
    const failed: typeof held = [];
    const failures: string[] = [];
    for (let release = held.pop(); release !== undefined; release = held.pop()) {
      try {
        await release();
      } catch (error) {
        failed.unshift(release);
        failures.push(messageOf(error));
      }
    }
    held = failed;
    if (failures.length > 0) throw notReleased(failures.join('; '));
  };
  const letGo = (): Promise<void> => {
    const mine = turn.then(drain);
    turn = mine.catch(() => undefined);
    return mine;
  };
  return {
    add: (release) => {
      held.push(release);
    },
    letGo,
    letGoAfter: async (failure) => {
      try {
        await letGo();
      } catch (error) {
        throw notReleased(`${messageOf(failure)}; after that: ${messageOf(error)}`, failure);
      }
      throw failure;
    },
  };
}

function notReleased(message: string, cause?: unknown): MettleError {
  return new MettleError({
    code: 'NOT_RELEASED',
    message,
    hint: 'run `mettle chaos rollback`, which finishes what is journalled',
    exitCode: exitCodes.undoFailed,
    cause,
  });
}
