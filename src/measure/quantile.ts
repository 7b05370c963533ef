// Percentiles over everything that was offered: what failed ranks as worse than every good answer.

import type { Histogram } from 'hdr-histogram-js';
import { slowest, sumOf, valueAtRank } from './histogram.ts';

/** A value in microseconds; `atLeast` = it is a lower bound (`≥`), because failures decide it. */
export interface RankedValue {
  readonly valueMicros: number;
  readonly atLeast: boolean;
}

export interface QuantileValue extends RankedValue {
  /** True when there are at least 10/(1−q) samples, below which a quantile is not to be printed as one. */
  readonly enough: boolean;
}

/** One latency of one series over some stretch of time. */
export interface Offered {
  /** Latencies of the good answers; undefined when there was none. */
  readonly good: Histogram | undefined;
  /** Everything offered, good or not; at least the number of good ones. */
  readonly offered: number;
  readonly timeoutMicros: number;
}

/** Samples a quantile needs: 10/(1−q). The tolerance keeps 0.99 from needing 1,001. */
export function samplesNeeded(quantile: number): number {
  return Math.ceil(10 / (1 - quantile) - 1e-6);
}

/** T: what a failure counts as, at least: max(timeout, slowest good answer). */
function failureMicros({ good, timeoutMicros }: Offered): number {
  return Math.max(timeoutMicros, good === undefined ? 0 : slowest(good));
}

/** Rank of a quantile among n values: ⌈q·n⌉, at least 1. The tolerance keeps 0.95 · 100 at 95 despite binary fractions. */
export function rankOf(quantile: number, count: number): number {
  return Math.max(1, Math.ceil(quantile * count - 1e-9 * Math.max(1, count)));
}

/** `quantile` is between 0 and 1, e.g. 0.95. Undefined when nothing was offered. */
export function quantileOf(data: Offered, quantile: number): QuantileValue | undefined {
  if (data.offered === 0) return undefined;
  const enough = data.offered >= samplesNeeded(quantile);
  const rank = rankOf(quantile, data.offered);
  if (data.good === undefined || rank > data.good.totalCount) {
    return { valueMicros: failureMicros(data), atLeast: true, enough };
  }
  return { valueMicros: valueAtRank(data.good, rank), atLeast: false, enough };
}

/** The slowest of everything offered; failures count as T. Undefined when nothing was offered. */
export function maxOf(data: Offered): RankedValue | undefined {
  if (data.offered === 0) return undefined;
  if (data.offered > (data.good?.totalCount ?? 0)) return { valueMicros: failureMicros(data), atLeast: true };
  return { valueMicros: data.good === undefined ? 0 : slowest(data.good), atLeast: false };
}

/** The mean over everything offered; failures count as T. Undefined when nothing was offered. */
export function meanOf(data: Offered): RankedValue | undefined {
  if (data.offered === 0) return undefined;
  const bad = data.offered - (data.good?.totalCount ?? 0);
  const sum = (data.good === undefined ? 0 : sumOf(data.good)) + bad * failureMicros(data);
  return { valueMicros: sum / data.offered, atLeast: bad > 0 };
}
