// What must never be taken for health: a service of which half of the answers are bad, by chance within what is allowed.

import type { Gate, Tally } from './gate.ts';
import { binomialTail } from './significance.ts';

/** Where half may be bad, half bad is as promised. */
const halfShare = 0.5;
/** Up to here 30 samples within the allowance are improbable where half are bad: 3 of 30 have 4 in a million. */
const plainShare = 0.1;
const plainSamples = 30;
/** No less is asked of promises that allow more: where half are bad stretches begin and end at every second. */
const level = 1 / 200_000;

/** P(Bin(n, ½) ≤ bad) is that of at least as many good ones. */
const isOpen = ({ bad, total }: Tally, share: number): boolean =>
  share < halfShare && binomialTail(total - bad, total, halfShare) >= level;

/**
 * May half of the answers be bad, as far as all that a fault touched tells? Without any nothing is asked, nor of promises
 * that allow little: half bad is beyond chance for these.
 */
export const mayBeHalfBad = (tally: Tally, { share }: Pick<Gate, 'share'>): boolean =>
  share > plainShare && tally.total > 0 && isOpen(tally, share);

/**
 * The same of a stretch. It has 30 samples of all promises together, of which one may have few: those show little where
 * something of it `wasBad` since the effect, however little it allows.
 */
export const mayHideHalfBad = (tally: Tally, { share }: Pick<Gate, 'share'>, wasBad: boolean): boolean =>
  (share > plainShare || (wasBad && tally.total < plainSamples)) && isOpen(tally, share);
