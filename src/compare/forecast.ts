// A straight line through a series and where it goes: value and interval at a later time, and when it meets a limit.

import type { Interval } from './signed-rank.ts';
import { studentReach } from './student-t.ts';

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
   * When the line is first on the far `side` of the limit, in days on the same axis: `above` or `below` it. And when the
   * ends of the prediction interval are: one more value may lie there from `earliest`, and does so almost surely from
   * `latest`. The time of the last value when that is so already; null: never within `horizonDays` after it.
   */
  meets(
    limit: number,
    side: 'above' | 'below',
    horizonDays: number,
  ): { readonly line: number | null; readonly earliest: number | null; readonly latest: number | null };
}

/** Value and half width of the prediction interval follow from these; time counts from the mean of the times. */
interface Fit {
  readonly n: number;
  readonly meanDays: number;
  readonly mean: number;
  readonly slope: number;
  /** Σ (x − x̄)² */
  readonly spread: number;
  /** t · s, with n − 2 degrees of freedom. */
  readonly reach: number;
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

function fitOf(values: readonly TimedValue[], confidence: number): Fit | null {
  // In one order whatever the order given, so that rounding is the same too.
  const sorted = [...values].sort((a, b) => a.atDays - b.atDays || a.value - b.value);
  const n = sorted.length;
  if (n < 3 || sorted.some(({ atDays, value }) => !Number.isFinite(atDays + value))) return null;
  const meanDays = sumOf(sorted.map(({ atDays }) => atDays)) / n;
  const mean = sumOf(sorted.map(({ value }) => value)) / n;
  const spread = sumOf(sorted.map(({ atDays }) => (atDays - meanDays) ** 2));
  if (!(spread > 0)) return null;
  const slope = sumOf(sorted.map(({ atDays, value }) => (atDays - meanDays) * (value - mean))) / spread;
  const residuals = sumOf(
    sorted.map(({ atDays, value }) => (value - mean - slope * (atDays - meanDays)) ** 2),
  );
  const reach = studentReach(confidence, n - 2) * Math.sqrt(residuals / (n - 2));
  return { n, meanDays, mean, slope, spread, reach };
}

const lineAt = ({ mean, slope }: Fit, sinceMean: number): number => mean + slope * sinceMean;

/** t · s · √(1 + 1/n + (x − x̄)²/Σ(x − x̄)²) */
const halfAt = ({ n, spread, reach }: Fit, sinceMean: number): number =>
  reach * Math.sqrt(1 + 1 / n + sinceMean ** 2 / spread);

/** When the lower end of the interval is highest: it bends downward, so before that it only rises. */
function lowerEndPeaks({ n, slope, spread, reach }: Fit): number {
  if (slope <= 0) return Number.NEGATIVE_INFINITY;
  const bend = reach ** 2 / spread - slope ** 2;
  return bend <= 0 ? Number.POSITIVE_INFINITY : Math.sqrt((slope ** 2 * spread * (1 + 1 / n)) / bend);
}

/** The first time from `from` to `to` at which a curve that rises through the limit at most once lies on or above it. */
function firstReach(curve: (at: number) => number, limit: number, from: number, to: number): number | null {
  if (curve(from) >= limit) return from;
  if (to <= from || curve(to) < limit) return null;
  let below = from;
  let above = to;
  for (;;) {
    const middle = (below + above) / 2;
    if (middle <= below || middle >= above) return above;
    if (curve(middle) >= limit) above = middle;
    else below = middle;
  }
}

/** As if more were worse: for a limit below, everything is turned over. */
function meetingOf(
  fit: Fit,
  limit: number,
  lastDays: number,
  horizonDays: number,
): ReturnType<Line['meets']> {
  const from = lastDays - fit.meanDays;
  const to = from + horizonDays;
  const onAxis = (sinceMean: number | null): number | null =>
    sinceMean === null ? null : sinceMean + fit.meanDays;
  const line = (at: number): number => lineAt(fit, at);
  return {
    line: onAxis(firstReach(line, limit, from, to)),
    earliest: onAxis(firstReach((at) => line(at) + halfAt(fit, at), limit, from, to)),
    latest: onAxis(
      firstReach((at) => line(at) - halfAt(fit, at), limit, from, Math.min(to, lowerEndPeaks(fit))),
    ),
  };
}

/** Ordinary least squares. Null for fewer than three values or no spread in time. `confidence`: 0.95. */
export function lineThrough(values: readonly TimedValue[], confidence: number): Line | null {
  const fit = fitOf(values, confidence);
  if (fit === null) return null;
  const lastDays = values.reduce((latest, { atDays }) => Math.max(latest, atDays), Number.NEGATIVE_INFINITY);
  const slopeReach = fit.reach / Math.sqrt(fit.spread);
  const turned: Fit = { ...fit, mean: -fit.mean, slope: -fit.slope };
  return {
    slopePerDay: fit.slope,
    slope: { low: fit.slope - slopeReach, high: fit.slope + slopeReach },
    n: fit.n,
    at: (days) => {
      const value = lineAt(fit, days - fit.meanDays);
      const half = halfAt(fit, days - fit.meanDays);
      return { value, low: value - half, high: value + half };
    },
    meets: (limit, side, horizonDays) =>
      side === 'above'
        ? meetingOf(fit, limit, lastDays, horizonDays)
        : meetingOf(turned, -limit, lastDays, horizonDays),
  };
}
