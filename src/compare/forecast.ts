// A straight line through a series and where it goes: value and interval at a later time, and when it meets a limit.

import type { Interval } from './signed-rank.ts';

export interface TimedValue {
  /** Days since any fixed moment. */
  readonly atDays: number;
  /** On the scale on which it is linear (the logarithm, for times and rates). */
  readonly value: number;
}

export interface Line {
  readonly slopePerDay: number;
  readonly slope: Interval;
  readonly n: number;
  /** Mean of one more value at that time, and the prediction interval of it. */
  at(days: number): { readonly value: number; readonly low: number; readonly high: number };
  /**
   * When the line meets `limit`, in days on the same axis, and when the ends of the prediction interval do; null: never
   * within `horizonDays` after the last value.
   */
  meets(
    limit: number,
    side: 'above' | 'below',
    horizonDays: number,
  ): { readonly line: number | null; readonly earliest: number | null; readonly latest: number | null };
}

/** Ordinary least squares. Null for fewer than three values or no spread in time. `confidence`: 0.95. */
export function lineThrough(_values: readonly TimedValue[], _confidence: number): Line | null {
  throw new Error('not yet');
}
