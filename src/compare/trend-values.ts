// The values of one metric over the runs of a group, on the scale on which they are compared; what is left out is counted.

import type { HistoryEntry, HistoryValue } from '../record/history-schema.ts';
import { parseMeasure } from '../slo/parse.ts';
import { metricOf } from '../slo/reading.ts';
import { stepOf } from './resolution.ts';
import type { TrendMetric, TrendRun } from './trend-schema.ts';

/** What is known of a metric by the newest run that has it. */
export interface TrendScale {
  readonly metric: string;
  readonly unit: HistoryValue['unit'];
  readonly scale: HistoryValue['scale'];
  readonly better: HistoryValue['better'];
  /** A smaller difference is none, in its unit; 0: every difference counts. */
  readonly step: number;
  readonly tolerance: number;
  /** Smaller values count as this where logarithms are taken. */
  readonly floor: number;
}

export interface TrendValues {
  readonly scale: TrendScale;
  readonly runs: readonly TrendRun[];
  readonly leftOut: TrendMetric['leftOut'];
}

/** More runs say little about today, and cost much to look through. */
const mostRuns = 200;
const mostExamples = 5;
/** Among so many of the newest it is asked how many have no value. */
const newestLooked = 20;

/** What another version knew has only its floor. */
function smallestStep({ metric, unit, resolution }: HistoryValue): number {
  const parsed = parseMeasure(metric);
  return stepOf({ unit, resolution: parsed.ok ? metricOf(parsed.value).resolution : resolution });
}

const scaleOf = (value: HistoryValue): TrendScale => ({
  metric: value.metric,
  ...{ unit: value.unit, scale: value.scale, better: value.better, tolerance: value.tolerance },
  step: smallestStep(value),
  floor: Math.max(value.resolution, 1e-9),
});

/** A value on the scale on which changes are counted. */
export const scaled = ({ scale, floor }: TrendScale, value: number): number =>
  scale === 'log' ? Math.log(Math.max(value, floor)) : value;

/** A difference that is negative has no logarithm: as the floor it would be the same whatever it is. */
export const isBelowScale = (
  { scale }: Pick<TrendMetric, 'scale'>,
  runs: readonly Pick<TrendRun, 'value'>[],
): boolean => scale === 'log' && runs.some(({ value }) => value < 0);

/** And back into the unit. */
export const unscaled = ({ scale }: TrendScale, value: number): number =>
  scale === 'log' ? Math.exp(value) : value;

/** δ of a change from a level, as comparisons have it: of times also what cannot be told apart, e.g. 1 ms. */
export function toleranceFrom(of: TrendScale, median: number): number {
  const { scale, tolerance, step, floor } = of;
  return scale === 'points' ? tolerance : Math.max(tolerance, step / Math.max(median, floor));
}

const valueIn = (entry: HistoryEntry, metric: string): HistoryValue | undefined =>
  entry.values.find((value) => value.metric === metric);

/** A run's value, or why it has none. */
function readingOf(entry: HistoryEntry, metric: string): TrendRun | { unfit: boolean; why: string } {
  if (entry.unfit !== null) return { unfit: true, why: entry.unfit };
  const found = valueIn(entry, metric);
  if (found === undefined) return { unfit: false, why: `it has no \`${metric}\`` };
  if (found.value === null || !Number.isFinite(found.value))
    return { unfit: false, why: found.why ?? 'it could not be computed' };
  const { id, startedAt, commit } = entry;
  const from = commit === null ? null : { sha: commit.sha, dirty: commit.dirty };
  return { id, startedAt, commit: from, value: found.value, atLeast: found.atLeast };
}

/** Of how many runs `ofNewest` is the count. */
export const newestOf = ({ runs, leftOut }: Pick<TrendValues, 'runs' | 'leftOut'>): number =>
  Math.min(newestLooked, runs.length + leftOut.unfit + leftOut.withoutValue);

/** `entries` by time. Null: no run has ever heard of the metric. */
export function trendValues(entries: readonly HistoryEntry[], metric: string): TrendValues | null {
  const described = entries.findLast((entry) => valueIn(entry, metric) !== undefined);
  const known = described === undefined ? undefined : valueIn(described, metric);
  if (known === undefined) return null;
  const looked = entries.slice(-mostRuns);
  const runs: TrendRun[] = [];
  const examples: string[] = [];
  const older = entries.length - looked.length;
  const leftOut = { unfit: 0, withoutValue: 0, older, sinceLast: 0, ofNewest: 0 };
  for (const [index, entry] of looked.entries()) {
    const reading = readingOf(entry, metric);
    if ('id' in reading) {
      runs.push(reading);
      leftOut.sinceLast = 0;
      continue;
    }
    leftOut[reading.unfit ? 'unfit' : 'withoutValue'] += 1;
    leftOut.sinceLast += 1;
    if (index >= looked.length - newestLooked) leftOut.ofNewest += 1;
    examples.push(`${entry.id}: ${reading.why}`);
  }
  return { scale: scaleOf(known), runs, leftOut: { ...leftOut, examples: examples.slice(-mostExamples) } };
}
