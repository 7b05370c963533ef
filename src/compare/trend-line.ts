// The straight line that a metric follows in its newest stretch, and that line as a curve to draw.

import { changePoints } from './change-points.ts';
import { type Line, lineThrough, type TimedValue } from './forecast.ts';
import { fewestRuns } from './trend-levels.ts';
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
export const daysOf = (iso: string): number => Date.parse(iso) / dayMs;
const isoOf = (days: number): string => new Date(Math.round(days * dayMs)).toISOString();
/** The day, UTC. */
export const dateOf = (days: number | null): string | null =>
  days === null ? null : isoOf(days).slice(0, 10);

interface Points extends Omit<Fitted, 'line'> {
  readonly points: readonly TimedValue[];
}

const sumOfSquares = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value * value, 0);

/** What a staircase of levels leaves unexplained: squares of the distances from the mean of each. */
function besideLevels({ points, from }: Points, changes: readonly TrendChange[]): number {
  const edges = [from, ...changes.map(({ index }) => index).filter((index) => index > from)];
  return edges.reduce((sum, edge, index) => {
    const level = points.slice(edge - from, (edges[index + 1] ?? points.length + from) - from);
    const mean = level.reduce((total, { value }) => total + value, 0) / level.length;
    return sum + sumOfSquares(level.map(({ value }) => value - mean));
  }, 0);
}

/** A line in place of levels: nothing changes beside it, and it leaves less unexplained than they do. */
function replacesLevels(line: Line, stretch: Points, { changes, seed }: Stretch): boolean {
  if (stretch.points.length < fewestRuns) return false;
  const rest = stretch.points.map(({ atDays, value }) => value - line.at(atDays).value);
  return sumOfSquares(rest) < besideLevels(stretch, changes) && changePoints(rest, { seed }).length === 0;
}

function pointsFrom({ scale, runs }: Stretch, from: number): Points {
  const points = runs.slice(from).map(({ startedAt, value }) => ({
    atDays: daysOf(startedAt),
    value: scaled(scale, value),
  }));
  return { points, from, firstDays: points[0]?.atDays ?? 0, lastDays: points.at(-1)?.atDays ?? 0 };
}

/**
 * Since the last change. A steady slope is found as a staircase of changes, so the longest line that explains what is
 * there better than its levels is taken, also where it begins before some changes. Null: too few runs, or all on one day.
 */
export function newestLine(stretch: Stretch): Fitted | null {
  const starts = [0, ...stretch.changes.map(({ index }) => index)];
  for (const [index, from] of starts.entries()) {
    const { points, ...known } = pointsFrom(stretch, from);
    if (points.length < fewestForLine || known.lastDays - known.firstDays < fewestDays) return null;
    const line = lineThrough(points, confidence);
    if (line === null) return null;
    const isLast = index === starts.length - 1;
    if (isLast || replacesLevels(line, { ...known, points }, stretch)) return { ...known, line };
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
