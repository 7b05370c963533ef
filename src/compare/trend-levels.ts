// The levels between change points, what changed between them, and what is suspected in the newest one.

import { changePoints } from './change-points.ts';
import { median } from './signed-rank.ts';
import { changesBetween, type Stretch } from './trend-changes.ts';
import type { TrendChange, TrendLevel, TrendMetric, TrendRun } from './trend-schema.ts';
import { suspectedStep } from './trend-suspect.ts';
import { isBelowScale, scaled, type TrendScale } from './trend-values.ts';

/** Change points are looked for from so many runs on. */
export const fewestRuns = 15;
/** A level of fewer runs is not told from outliers: how late a change is seen at the earliest. */
export const fewestOfLevel = 5;

export interface Levels {
  readonly levels: readonly TrendLevel[];
  readonly changes: readonly TrendChange[];
  readonly suspected: TrendMetric['suspected'];
}

/** As if what is only bounded were without end. */
export const openMedian = (runs: readonly TrendRun[]): number =>
  median(runs.map((run) => (run.atLeast ? Number.POSITIVE_INFINITY : run.value)));

/** At least half of them are only bounded. */
export const isOpenLevel = (runs: readonly TrendRun[]): boolean => !Number.isFinite(openMedian(runs));

/** The median is a bound when it would be another one if what is only bounded were without end. */
function levelOf(runs: readonly TrendRun[], from: number, to: number): TrendLevel {
  const own = runs.slice(from, to + 1);
  const middle = median(own.map((run) => run.value));
  return { from, to, median: middle, atLeast: openMedian(own) !== middle };
}

function stretchesOf(scale: TrendScale, runs: readonly TrendRun[], starts: readonly number[]): Stretch[] {
  return starts.map((from, index) => {
    const level = levelOf(runs, from, (starts[index + 1] ?? runs.length) - 1);
    const own = runs.slice(level.from, level.to + 1);
    const values = own.map((run) => scaled(scale, run.value));
    const open = values.map((value, at) => (own[at]?.atLeast === true ? Number.POSITIVE_INFINITY : value));
    return { ...level, values, open, isOpen: isOpenLevel(own) };
  });
}

/** All runs are one level when there are too few of them, nothing changed, or their scale does not hold them. */
export function levelsOf(scale: TrendScale, runs: readonly TrendRun[], seed: number): Levels {
  if (runs.length === 0) return { levels: [], changes: [], suspected: null };
  const values = runs.map((run) => scaled(scale, run.value));
  const isTold = runs.length >= fewestRuns && !isBelowScale(scale, runs);
  const points = isTold ? changePoints(values, { seed, fewest: fewestOfLevel }) : [];
  const stretches = stretchesOf(scale, runs, [0, ...points.map(({ index }) => index)]);
  const newest = stretches.at(-1);
  return {
    levels: stretches.map(({ from, to, median: middle, atLeast }) => ({ from, to, median: middle, atLeast })),
    changes: changesBetween(
      scale,
      stretches,
      points.map(({ p }) => p),
    ),
    suspected: newest === undefined || !isTold ? null : suspectedStep(scale, newest, fewestOfLevel),
  };
}
