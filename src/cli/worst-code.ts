// Of several outcomes of one command the one that it exits with.

import type { ExitCode } from '../kernel/errors.ts';

/**
 * 4 outranks all, then 130 and 2: not all was done. A promise that failed (1) is never hidden behind a measurement that was
 * none (3), as in a verification.
 */
const order: readonly ExitCode[] = [0, 3, 1, 2, 130, 4];

export const worstCode = (codes: readonly ExitCode[]): ExitCode =>
  codes.reduce((worst, code) => (order.indexOf(code) > order.indexOf(worst) ? code : worst), 0);
