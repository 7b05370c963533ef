// Between which shares a count of so many lies: the exact limits of Clopper and Pearson (1934).

import { binomialTail } from '../slo/significance.ts';
import type { Interval } from './signed-rank.ts';

/** Where a rising function of a share first reaches `goal`; `high`: it has reached it there. */
function shareAt(goal: number, rising: (share: number) => number, from: number, to: number): number {
  let [low, high] = [from, to];
  for (let step = 0; step < 50 && high - low > 1e-11 * high; step += 1) {
    const middle = (low + high) / 2;
    if (rising(middle) < goal) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Well beyond any limit that is asked for: ten standard deviations. */
const beyond = (k: number, n: number, sign: 1 | -1): number =>
  Math.min(1, Math.max(0, (k + sign * 10 * Math.sqrt(k + 1) + (sign === 1 ? 50 : 0)) / n));

/** The least share of which k or more of n are no rarer than α. */
function lowerLimit(k: number, n: number, alpha: number): number {
  if (k === 0) return 0;
  return shareAt(alpha, (share) => binomialTail(k, n, share), beyond(k, n, -1), k / n);
}

/** The greatest share of which k or fewer of n are no rarer than α: below 3/n for none, with α = 5 %. */
function upperLimit(k: number, n: number, alpha: number): number {
  if (k >= n) return 1;
  if (k === 0) return -Math.expm1(Math.log(alpha) / n);
  return shareAt(1 - alpha, (share) => binomialTail(k + 1, n, share), k / n, beyond(k, n, 1));
}

/** Of a count that is no whole number (a score, runs of unequal size): between those of its neighbours. */
function between(k: number, limit: (whole: number) => number): number {
  const nearest = Math.round(k);
  if (Math.abs(k - nearest) < 1e-6) return limit(nearest);
  const below = Math.floor(k);
  const part = k - below;
  return (1 - part) * limit(below) + part * limit(below + 1);
}

/** One-sided limits, each at α, of `share` (0…1) as counted in n (a whole number, 1 or more). */
export function binomialLimits(share: number, n: number, alpha: number): Interval {
  if (share > 0.5) {
    const { low, high } = binomialLimits(1 - share, n, alpha);
    return { low: 1 - high, high: 1 - low };
  }
  const k = share * n;
  return {
    low: between(k, (whole) => lowerLimit(whole, n, alpha)),
    high: between(k, (whole) => upperLimit(whole, n, alpha)),
  };
}
