// What must never be taken for health: a service of which half of the answers are bad, by chance within what is allowed.

import type { Gate, Tally } from './gate.ts';
import { binomialTail } from './significance.ts';

/** Where half may be bad, half bad is as promised. */
const halfShare = 0.5;
/** Up to here 30 samples within the allowance are improbable where half are bad: 3 of 30 have 4 in a million. */
const plainShare = 0.1;
/** No less is asked of promises that allow more: where half are bad stretches begin and end at every second. */
const level = 1 / 200_000;

/**
 * May half of the answers be bad, as far as these tell? P(Bin(n, ½) ≤ bad) is that of at least as many good ones. Without
 * any nothing is asked.
 */
export const mayBeHalfBad = ({ bad, total }: Tally, { share }: Pick<Gate, 'share'>): boolean =>
  share > plainShare &&
  share < halfShare &&
  total > 0 &&
  binomialTail(total - bad, total, halfShare) >= level;
