// What must never be taken for health: a service of which half of the answers are bad, by chance within what is allowed.

import type { Tally } from './gate.ts';
import { binomialTail, everySecondLevel } from './significance.ts';

/** Where half may be bad, half bad is as promised. */
const halfShare = 0.5;

/**
 * So many are needed that what is within the allowance is improbable where half are bad. By Chernoff's bound
 * P(Bin(n, ½) ≤ s · n) ≤ exp(−n · KL) for every n, with KL = ln 2 + s ln s + (1 − s) ln(1 − s); 29 for s = 10 %, 54 for
 * 20 %, 80 for 25 %, 516 for 40 %. 0: the question has no meaning.
 */
export function samplesAgainstHalfBad(allowedShare: number): number {
  if (allowedShare >= halfShare) return 0;
  const entropy = (share: number): number => (share > 0 ? share * Math.log(share) : 0);
  const divergence = Math.LN2 + entropy(allowedShare) + entropy(1 - allowedShare);
  return Math.ceil(-Math.log(everySecondLevel) / divergence);
}

/** P(Bin(n, ½) ≤ bad) is that of at least as many good ones. */
export const isHalfBadImprobable = ({ bad, total }: Tally): boolean =>
  binomialTail(total - bad, total, halfShare) < everySecondLevel;
