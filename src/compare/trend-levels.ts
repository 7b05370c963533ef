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

interface Stretch extends TrendLevel {
  readonly values: readonly number[];
}

/** How far the second sample lies above the first: the median of all differences (Hodges and Lehmann 1963). */
export const shiftBetween = (before: readonly number[], after: readonly number[]): number =>
  median(after.flatMap((second) => before.map((first) => second - first)));

/** The median is a bound when it would be another one if what is only bounded were without end. */
function levelOf(runs: readonly TrendRun[], from: number, to: number): TrendLevel {
  const own = runs.slice(from, to + 1);
  const middle = median(own.map((run) => run.value));
  const open = median(own.map((run) => (run.atLeast ? Number.POSITIVE_INFINITY : run.value)));
  return { from, to, median: middle, atLeast: open !== middle };
}

function stretchesOf(scale: TrendScale, runs: readonly TrendRun[], starts: readonly number[]): Stretch[] {
  return starts.map((from, index) => {
    const level = levelOf(runs, from, (starts[index + 1] ?? runs.length) - 1);
    const values = runs.slice(level.from, level.to + 1).map((run) => scaled(scale, run.value));
    return { ...level, values };
  });
}

type Outcome = TrendChange['outcome'];

/** Of a shift that counts. A level that is only a lower bound is no proof that it became better. */
function directed(
  better: TrendScale['better'],
  isWorse: boolean,
  before: TrendLevel,
  after: TrendLevel,
): Outcome {
  if (better === null) return 'changed';
  if (isWorse) return 'regressed';
  const open = better === 'lower' ? after.atLeast : before.atLeast;
  return open ? 'not told' : 'improved';
}

function judged(
  scale: TrendScale,
  before: Stretch,
  after: Stretch,
): Pick<TrendChange, 'judgedShift' | 'tolerance' | 'outcome'> {
  const judgedShift = shiftBetween(before.values, after.values);
  const tolerance = toleranceFrom(scale, before.median);
  const band = bandOf(tolerance, scale.scale);
  const isWorse = scale.better === 'higher' ? judgedShift < 0 : judgedShift > 0;
  const counts = judgedShift < band.low || judgedShift > band.high;
  const outcome = counts ? directed(scale.better, isWorse, before, after) : 'within tolerance';
  return { judgedShift, tolerance, outcome };
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
