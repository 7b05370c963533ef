// What a run ended in, told by the command where its record or its reports cannot be written.

import type { Comparison } from '../compare/schema.ts';
import { exitCodes, messageOf, MettleError } from '../kernel/errors.ts';
import type { RunRecord } from '../record/schema.ts';
import { isUndoFailure, undoFirst } from './left-behind.ts';

/** Of the grounds of a verdict those that outrank that a file cannot be written. */
type RunEnd = Pick<NonNullable<RunRecord['grounds']>, 'undoFailed' | 'interrupted'>;

/** In the order of exit codes: what was left behind (4), then that it was interrupted (130). A bug stays a bug. */
export function endFirst({ undoFailed, interrupted }: RunEnd, error: unknown): unknown {
  const failure = undoFirst(undoFailed, error);
  if (interrupted === null || isUndoFailure(failure) || !(error instanceof MettleError)) return failure;
  return new MettleError({
    code: 'INTERRUPTED',
    message: `${interrupted}; besides that: ${messageOf(error)}`,
    hint: error.hint,
    exitCode: exitCodes.interrupted,
    cause: error,
  });
}

/** The same of a comparison: its first reason is the one that decides. */
export function verdictFirst({ exitCode, reasons }: Comparison['verdict'], error: unknown): unknown {
  const [first = ''] = reasons;
  const undoFailed = exitCode === exitCodes.undoFailed ? [first] : [];
  return endFirst({ undoFailed, interrupted: exitCode === exitCodes.interrupted ? first : null }, error);
}
