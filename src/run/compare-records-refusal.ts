// How a command line is refused that does not name two sides of one comparison.

import { exitCodes, MettleError } from '../kernel/errors.ts';

export const refusal = (message: string, hint?: string): MettleError =>
  new MettleError({ code: 'COMPARE_USAGE', message, hint, exitCode: exitCodes.usage });

/** Each once, by name. */
export const listed = (names: readonly string[]): string => [...new Set(names)].sort().join(', ');
