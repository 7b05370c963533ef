// An undo that failed in a run, told by the command that made the run when something else fails after it.

import { exitCodes, messageOf, MettleError } from '../kernel/errors.ts';

export const isUndoFailure = (error: unknown): error is MettleError =>
  error instanceof MettleError && error.exitCode === exitCodes.undoFailed;

/** That something is left behind outranks that e.g. a file cannot be written. `left`: what the records say of it. */
export function undoFirst(left: readonly string[], error: unknown): unknown {
  if (left.length === 0 || isUndoFailure(error)) return error;
  return new MettleError({
    code: 'UNDO_FAILED',
    message: `${left.join('; ')}; besides that: ${messageOf(error)}`,
    hint: 'Finish it with: mettle chaos rollback',
    exitCode: exitCodes.undoFailed,
    cause: error,
  });
}
