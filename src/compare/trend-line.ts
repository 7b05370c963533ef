// The straight line that a metric follows in its newest stretch, and that line as a curve to draw.

import { changePoints } from './change-points.ts';
import { lineThrough, type Line } from './forecast.ts';
import type { TrendChange, TrendForecast, TrendRun } from './trend-schema.ts';
import { scaled, type TrendScale, unscaled } from './trend-values.ts';

/** A line through fewer runs says nothing about tomorrow. */
export const fewestForLine = 10;
/** A line through one day's runs says nothing about the next weeks. */
const fewestDays = 1;
const confidence = 0.95;
const dayMs = 86_400_000;
const curvePoints = 24;

export interface Stretch {
  readonly scale: TrendScale;
  readonly runs: readonly TrendRun[];
  readonly changes: readonly TrendChange[];
  readonly seed: number;
}

export interface Fitted {
  readonly line: Line;
  /** Index of its first run. */
  readonly from: number;
  /** Of its first and last run. */
  readonly firstDays: number;
  readonly lastDays: number;
}

/** Days since 1970. */
const daysOf = (iso: string): number => Date.parse(iso) / dayMs;
const isoOf = (days: number): string => new Date(Math.round(days * dayMs)).toISOString();
/** The day, UTC. */
export const dateOf = (days: number | null): string | null =>
  days === null ? null : isoOf(days).slice(0, 10);

/** The line from a run on. Unless it is the last that is left: only when nothing changes beside it. */
function straightFrom({ scale, runs, seed }: Stretch, from: number, isLast: boolean): Fitted | null {
  const points = runs.slice(from).map(({ startedAt, value }) => ({
    atDays: daysOf(startedAt),
    value: scaled(scale, value),
  }));
  const [firstDays = 0, lastDays = 0] = [points[0]?.atDays, points.at(-1)?.atDays];
  if (points.length < fewestForLine || lastDays - firstDays < fewestDays) return null;
  const line = lineThrough(points, confidence);
  if (line === null) return null;
  const rest = points.map(({ atDays, value }) => value - line.at(atDays).value);
  const isStraight = isLast || changePoints(rest, { seed }).length === 0;
  return isStraight ? { line, from, firstDays, lastDays } : null;
}

/**
 * Since the last change. A steady slope is found as a staircase of changes, so the longest line beside which nothing
 * changes is taken, also where it begins before some of them. Null: too few runs, or all on one day.
 */
export function newestLine(stretch: Stretch): Fitted | null {
  const starts = [0, ...stretch.changes.map(({ index }) => index)];
  for (const [index, from] of starts.entries()) {
    const fitted = straightFrom(stretch, from, index === starts.length - 1);
    if (fitted !== null) return fitted;
  }
  return null;
}

/** Its slope is told apart from none. */
export const isSloped = ({ line }: Fitted): boolean => line.slope.low > 0 || line.slope.high < 0;

/** From its first run to the last day that is told, within the horizon. */
export function curveOf(
  scale: TrendScale,
  { line, firstDays, lastDays }: Fitted,
  told: readonly (number | null)[],
  horizonDays: number,
): TrendForecast['curve'] {
  const days = told.flatMap((day) => (day === null ? [] : [day]));
  const furthest = Math.max(lastDays + (lastDays - firstDays) / 3, ...days);
  const toDays = Math.min(lastDays + horizonDays, furthest);
  return Array.from({ length: curvePoints + 1 }, (_, index) => {
    const at = firstDays + ((toDays - firstDays) * index) / curvePoints;
    const { value, low, high } = line.at(at);
    const [middle, least, most] = [value, low, high].map((one) => unscaled(scale, one));
    return { at: isoOf(at), value: middle ?? 0, low: least ?? 0, high: most ?? 0 };
  });
}
