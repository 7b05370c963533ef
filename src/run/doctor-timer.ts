// How late the clock of load threads is: a thousand moments a second, each slept for as a request would be.

import type { Clock } from '../kernel/clock.ts';
import { createHistogram, recordMicros, slowest, valueAtRank } from '../measure/histogram.ts';
import { rankOf } from '../measure/quantile.ts';

export interface TimerError {
  readonly p50Micros: number;
  readonly p99Micros: number;
  readonly maxMicros: number;
}

const everyMicros = 1_000;

/** Lateness over `forMicros`, without the first few moments, in which code is still being compiled. */
export async function measureTimer(clock: Clock, forMicros: number): Promise<TimerError> {
  const lateness = createHistogram();
  const unjudged = 50;
  const count = unjudged + Math.max(100, Math.floor(forMicros / everyMicros));
  const startAtMicros = clock.nowMicros() + 5 * everyMicros;
  for (let n = 0; n < count; n += 1) {
    const dueAtMicros = startAtMicros + n * everyMicros;
    await clock.sleepUntil(dueAtMicros);
    if (n >= unjudged) recordMicros(lateness, Math.max(0, clock.nowMicros() - dueAtMicros));
  }
  const at = (quantile: number): number => valueAtRank(lateness, rankOf(quantile, lateness.totalCount));
  return { p50Micros: at(0.5), p99Micros: at(0.99), maxMicros: slowest(lateness) };
}
