// The levels between change points, how far each lies from the one before, and which regressions still stand.

import { changePoints } from './change-points.ts';
import { bandOf } from './outcome.ts';
import { median } from './signed-rank.ts';
import type { TrendChange, TrendLevel, TrendRun } from './trend-schema.ts';
import { scaled, toleranceFrom, type TrendScale } from './trend-values.ts';

/** Change points are looked for from so many runs on. */
export const fewestRuns = 15;
/** A level of fewer runs is not told from outliers: how late a change is seen at the earliest. */
export const fewestOfLevel = 5;

export interface Levels {
  readonly levels: readonly TrendLevel[];
  readonly changes: readonly TrendChange[];
}

/** Values on the scale; in `open` those that are only bounded are without end. */
interface Stretch extends TrendLevel {
  readonly values: readonly number[];
  readonly open: readonly number[];
}

/** How far the second sample lies above the first: the median of all differences (Hodges and Lehmann 1963). */
const shiftBetween = (before: readonly number[], after: readonly number[]): number =>
  median(after.flatMap((second) => before.map((first) => second - first)));

/** As if what is only bounded were without end. */
export const openMedian = (runs: readonly TrendRun[]): number =>
  median(runs.map((run) => (run.atLeast ? Number.POSITIVE_INFINITY : run.value)));

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
    return { ...level, values, open };
  });
}

type Judged = Pick<TrendChange, 'judgedShift' | 'tolerance' | 'outcome'>;

/** With what is only bounded at its worst for a shift downward of the second: without end. */
const openShift = (before: Stretch, after: Stretch): number => shiftBetween(before.values, after.open);
const openShiftUp = (before: Stretch, after: Stretch): number => shiftBetween(before.open, after.values);

/** Lower bounds are no proof that something became better: it must be so wherever the values really lie. */
function judged(scale: TrendScale, before: Stretch, after: Stretch): Judged {
  const judgedShift = shiftBetween(before.values, after.values);
  const tolerance = toleranceFrom(scale, before.median);
  const band = bandOf(tolerance, scale.scale);
  const known = { judgedShift, tolerance };
  if (judgedShift >= band.low && judgedShift <= band.high) return { ...known, outcome: 'within tolerance' };
  const isUp = judgedShift > 0;
  if (scale.better === null) return { ...known, outcome: 'changed' };
  if (isUp === (scale.better === 'lower')) return { ...known, outcome: 'regressed' };
  const isSure = isUp ? openShiftUp(before, after) > band.high : openShift(before, after) < band.low;
  return { ...known, outcome: isSure ? 'improved' : 'not told' };
}

/** Small steps add up: each is judged against the last level that was not within the tolerance of the one before. */
function changesBetween(
  scale: TrendScale,
  stretches: readonly Stretch[],
  ps: readonly number[],
): TrendChange[] {
  const newest = stretches.at(-1);
  let against = 0;
  return stretches.slice(1).flatMap((after, index): TrendChange[] => {
    const [before, base] = [stretches[index], stretches[against]];
    if (before === undefined || base === undefined || newest === undefined) return [];
    const judgement = judged(scale, base, after);
    const stands = judgement.outcome === 'regressed' && judged(scale, base, newest).outcome === 'regressed';
    const change: TrendChange = {
      index: after.from,
      p: ps[index] ?? 1,
      shift: shiftBetween(before.values, after.values),
      against,
      ...judgement,
      stands,
      suppressed: null,
    };
    if (judgement.outcome !== 'within tolerance') against = index + 1;
    return [change];
  });
}

/** All runs are one level when there are too few of them, or nothing changed. */
export function levelsOf(scale: TrendScale, runs: readonly TrendRun[], seed: number): Levels {
  if (runs.length === 0) return { levels: [], changes: [] };
  const values = runs.map((run) => scaled(scale, run.value));
  const points = runs.length < fewestRuns ? [] : changePoints(values, { seed, fewest: fewestOfLevel });
  const stretches = stretchesOf(scale, runs, [0, ...points.map(({ index }) => index)]);
  return {
    levels: stretches.map(({ from, to, median: middle, atLeast }) => ({ from, to, median: middle, atLeast })),
    changes: changesBetween(
      scale,
      stretches,
      points.map(({ p }) => p),
    ),
  };
}
