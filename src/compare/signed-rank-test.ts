// The signed-rank test that belongs to the interval: a p-value that never says otherwise than the interval does.

import { signedRankTail, walshAverages } from './signed-rank.ts';

const count = (values: readonly number[], test: (value: number) => boolean): number =>
  values.reduce((sum, value) => sum + (test(value) ? 1 : 0), 0);

/**
 * Two-sided, exact up to 25 values: the smallest α at which the interval of confidence 1 − α excludes 0, so p ≤ α
 * exactly when it does. Walsh averages on or across 0 count against a shift, which is how zeros and ties are kept.
 * Values known only up to a bound enter as in the interval: with their least for a shift upward, their greatest for one
 * downward. Without values nothing is shown: 1.
 */
export function signedRankPValue(least: readonly number[], greatest: readonly number[] = least): number {
  const n = least.length;
  if (n === 0) return 1;
  // The lower end is above 0 when no more averages than are trimmed lie at 0 or below; the upper end likewise.
  const notAbove = count(walshAverages(least), (average) => average <= 0);
  const notBelow = count(walshAverages(greatest), (average) => average >= 0);
  return Math.min(1, 2 * signedRankTail(n, Math.min(notAbove, notBelow)));
}
