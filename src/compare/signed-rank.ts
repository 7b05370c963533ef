// Hodges–Lehmann and the exact signed-rank interval: what n pairs of runs say about a shift, outliers or not.

import { normalTail } from './normal.ts';

/** The middle value; the mean of the two middle ones for an even number. Throws RangeError on an empty list. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  if (upper === undefined || lower === undefined) throw new RangeError('no median of nothing');
  return upper === lower ? upper : (upper + lower) / 2;
}

/** All n(n+1)/2 means of two values, each value with itself included, in rising order. */
export function walshAverages(values: readonly number[]): number[] {
  const averages = values.flatMap((first, index) =>
    values.slice(index).map((second) => (first === second ? first : (first + second) / 2)),
  );
  return averages.sort((a, b) => a - b);
}

/** The Hodges–Lehmann estimate of a shift: the median of the Walsh averages. */
export const hodgesLehmann = (values: readonly number[]): number => median(walshAverages(values));

/**
 * P(W = w) for w = 0 … n(n+1)/2 of the signed-rank statistic without a shift: each rank counts with probability ½.
 * Exact up to rounding for any n of practical size.
 */
export function signedRankDistribution(n: number): number[] {
  let probabilities = [1];
  for (let rank = 1; rank <= n; rank += 1) {
    const next = Array.from({ length: probabilities.length + rank }, () => 0);
    for (const [w, probability] of probabilities.entries()) {
      next[w] = (next[w] ?? 0) + probability / 2;
      next[w + rank] = (next[w + rank] ?? 0) + probability / 2;
    }
    probabilities = next;
  }
  return probabilities;
}

/** Up to this many values the distribution is counted, beyond it the normal approximation is used. */
const mostExact = 25;

/** P(W ≤ w) for w = 0, 1, 2 …, by n: counted once. */
const counted = new Map<number, readonly number[]>();

function exactTails(n: number): readonly number[] {
  const known = counted.get(n);
  if (known !== undefined) return known;
  let cumulative = 0;
  const tails = signedRankDistribution(n).map((probability) => (cumulative += probability));
  counted.set(n, tails);
  return tails;
}

/** P(W ≤ w) without a shift: exact up to 25 values, then normal with a continuity correction of one half. */
export function signedRankTail(n: number, w: number): number {
  if (w < 0) return 0;
  if (w >= (n * (n + 1)) / 2) return 1;
  if (n <= mostExact) return exactTails(n)[w] ?? 1;
  return approximateTail(n, w);
}

/** W has mean n(n+1)/4 and variance n(n+1)(2n+1)/24. */
export function approximateTail(n: number, w: number): number {
  const deviation = Math.sqrt((n * (n + 1) * (2 * n + 1)) / 24);
  return normalTail((w + 0.5 - (n * (n + 1)) / 4) / deviation);
}

/** Rounding must not decide: a tail as great as allowed but for the last digits is allowed. */
const rounding = 1e-12;

/**
 * How many Walsh averages an interval of this confidence leaves out at each end: the largest c with
 * P(W ≤ c) ≤ (1 − confidence)/2. Null when even the whole range does not reach the confidence (n = 5 at 95 %).
 */
export function signedRankTrim(n: number, confidence: number): number | null {
  const tail = (1 - confidence) / 2 + rounding;
  // The tail rises with c: halve what is left until the last allowed and the first refused are neighbours.
  let allowed = -1;
  let refused = (n * (n + 1)) / 2;
  while (refused - allowed > 1) {
    const middle = Math.floor((allowed + refused) / 2);
    if (signedRankTail(n, middle) <= tail) allowed = middle;
    else refused = middle;
  }
  return allowed < 0 ? null : allowed;
}

/** Ends may be infinite: open. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * Exact interval for the shift. Values known only up to a bound enter twice: with their least possible value for the
 * lower end and with their greatest for the upper end (±Infinity when unbounded), which keeps the coverage.
 */
export function signedRankInterval(
  least: readonly number[],
  greatest: readonly number[],
  confidence: number,
): Interval | null {
  const trim = signedRankTrim(least.length, confidence);
  if (trim === null) return null;
  const low = walshAverages(least)[trim];
  const high = walshAverages(greatest).at(-1 - trim);
  return low === undefined || high === undefined ? null : { low, high };
}
