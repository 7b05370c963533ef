// How exactly a number of requests can tell a share: not closer than 3/n, however alike the runs look.

import type { Metric } from '../slo/metrics/metric.ts';
import type { MeasuredPair } from './pair-values.ts';

/*
 * The spread between runs says what a rate is worth, except where it is made of a few counts: no error in 20 requests of
 * every run looks exact, and a rate of 10 % would look so in one of eight such runs. Of n requests in which nothing happened
 * the rate is below 3/n with 95 % confidence (the rule of three; Hanley and Lippman-Hand 1983), so nothing closer is told.
 */

export interface Blur {
  /** Of after − factor · before, to each side. */
  readonly width: number;
  /** `120 samples before and 118 after` */
  readonly text: string;
  /** Whether both sides tell as little as this. */
  fits(tolerance: number): boolean;
}

export const pooledSamples = (pairs: readonly MeasuredPair[], role: 'before' | 'after'): number =>
  pairs.reduce((sum, pair) => sum + pair[role].samples, 0);

/** Null where it is no share of requests and no score over them. */
export function blurOf(metric: Metric, pairs: readonly MeasuredPair[], factor: number): Blur | null {
  const isCounted = metric.unit === 'share' || metric.unit === 'score';
  if (!isCounted || metric.scale !== 'points' || metric.subject === 'observed') return null;
  const [before, after] = [pooledSamples(pairs, 'before'), pooledSamples(pairs, 'after')];
  return {
    width: 3 / after + (factor * 3) / before,
    text: `${before} samples before and ${after} after`,
    fits: (tolerance) => 3 / before < tolerance && 3 / after < tolerance,
  };
}
