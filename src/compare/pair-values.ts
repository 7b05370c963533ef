// One measure read from every pair of runs, and the effects between their members, known or bounded.

import type { RunData } from '../record/data.ts';
import type { Measure } from '../slo/expression.ts';
import type { Gate } from '../slo/gate.ts';
import type { Metric } from '../slo/metrics/metric.ts';
import { readMeasure } from '../slo/reading.ts';
import { hodgesLehmann, median, signedRankInterval } from './signed-rank.ts';
import type { Interval } from './signed-rank.ts';

export interface ComparedPair {
  /** From 1. */
  readonly pair: number;
  readonly before: RunData;
  readonly after: RunData;
}

/** A pair of runs is the unit; fewer than this many say nothing. */
export const fewestPairs = 6;

export interface Side {
  /** In the metric's unit; null when it cannot be computed or has too few samples. */
  readonly value: number | null;
  readonly atLeast: boolean;
  /** What it can be at least and at most; both the value where it is known. */
  readonly least: number;
  readonly greatest: number;
  readonly samples: number;
  /** Why there is no value. */
  readonly missing: string | null;
}

export interface MeasuredPair {
  readonly pair: number;
  readonly before: Side;
  readonly after: Side;
}

function sideOf(measure: Measure, data: RunData, gates: readonly Gate[]): Side {
  const { metric, reading } = readMeasure(measure, data, gates);
  const { value, atLeast, samples, note, within } = reading;
  const shortage = value === null ? (note ?? 'no value') : metric.tooFew(measure, samples, null);
  if (value === null || shortage !== null)
    return { value: null, atLeast: false, least: NaN, greatest: NaN, samples, missing: shortage };
  const greatest = atLeast ? Number.POSITIVE_INFINITY : (within?.to ?? value);
  return { value, atLeast, least: within?.from ?? value, greatest, samples, missing: null };
}

export const measurePairs = (
  measure: Measure,
  pairs: readonly ComparedPair[],
  gates: readonly Gate[],
): MeasuredPair[] =>
  pairs.map(({ pair, before, after }) => ({
    pair,
    before: sideOf(measure, before, gates),
    after: sideOf(measure, after, gates),
  }));

/** Why the pairs cannot be judged at all, one sentence; null when they can. The first run that lacks a value is named. */
export function unusable(pairs: readonly MeasuredPair[]): string | null {
  const lacking = pairs.flatMap(({ pair, before, after }) =>
    (
      [
        ['before', before.missing],
        ['after', after.missing],
      ] as const
    ).flatMap(([role, missing]) => (missing === null ? [] : [`pair ${pair}, ${role}: ${missing}`])),
  );
  const [first, ...others] = lacking;
  if (first !== undefined) return others.length === 0 ? first : `${first}; so in ${others.length} more runs`;
  return pairs.length < fewestPairs
    ? `${pairs.length} pairs are too few: at least ${fewestPairs} are needed`
    : null;
}

/** The effect of a pair, and what it can be at least and at most when a value is only a bound. */
export interface Effect {
  readonly value: number;
  readonly least: number;
  readonly greatest: number;
}

/** What is computed of a pair. `least` and `greatest` get the values that make it so, and may be infinite. */
export interface Quantity {
  value(before: number, after: number): number;
  least(before: number, after: number): number;
  greatest(before: number, after: number): number;
}

/**
 * ln(after/before). A zero is kept: it counts as the smallest value that can be told from none, and what is more is open.
 * From 5 to 0 is a fall of at least 80 %; two values that cannot be told from none are equal.
 */
export function logRatio(metric: Metric): Quantity {
  const floor = metric.subject === 'series' ? Math.min(1, metric.resolution) : metric.resolution;
  const value = (before: number, after: number): number =>
    Math.log(Math.max(after, floor) / Math.max(before, floor));
  const alike = (before: number, after: number): boolean => before <= floor && after <= floor;
  return {
    value,
    least: (before, after) =>
      after < floor && !alike(before, after) ? Number.NEGATIVE_INFINITY : value(before, after),
    greatest: (before, after) =>
      before < floor && !alike(before, after) ? Number.POSITIVE_INFINITY : value(before, after),
  };
}

/** after − factor · before. */
export function weightedDifference(factor: number): Quantity {
  const value = (before: number, after: number): number => after - factor * before;
  return { value, least: value, greatest: value };
}

/** The change itself: the logarithm of the ratio, or points. */
export const changeOf = (metric: Metric): Quantity =>
  metric.scale === 'points' ? weightedDifference(1) : logRatio(metric);

/** Effects of pairs that are usable. A censored `before` is open downward, a censored `after` upward. */
export function effectsOf(pairs: readonly MeasuredPair[], quantity: Quantity): Effect[] {
  return pairs.flatMap(({ before, after }) =>
    before.value === null || after.value === null
      ? []
      : [
          {
            value: quantity.value(before.value, after.value),
            least: quantity.least(before.greatest, after.least),
            greatest: quantity.greatest(before.least, after.greatest),
          },
        ],
  );
}

export const intervalOf = (effects: readonly Effect[], confidence: number): Interval | null =>
  signedRankInterval(
    effects.map((effect) => effect.least),
    effects.map((effect) => effect.greatest),
    confidence,
  );

/** Hodges–Lehmann estimate with the range in which it lies when it rests on bounds; null: it is exact. */
export function estimateOf(effects: readonly Effect[]): { estimate: number; range: Interval | null } {
  const estimate = hodgesLehmann(effects.map((effect) => effect.value));
  const low = hodgesLehmann(effects.map((effect) => effect.least));
  const high = hodgesLehmann(effects.map((effect) => effect.greatest));
  return { estimate, range: low === estimate && high === estimate ? null : { low, high } };
}

export interface RoleMedian {
  /** Null when there is no value. */
  readonly value: number | null;
  /** It is a lower bound: a value that it rests on is one. */
  readonly atLeast: boolean;
}

/** Of values that may be lower bounds. */
export function boundedMedian(
  sides: readonly { readonly value: number | null; readonly atLeast: boolean }[],
): RoleMedian {
  const values = sides.flatMap(({ value }) => value ?? []);
  if (values.length === 0) return { value: null, atLeast: false };
  const greatest = sides.flatMap(({ value, atLeast }) =>
    value === null ? [] : [atLeast ? Number.POSITIVE_INFINITY : value],
  );
  const value = median(values);
  return { value, atLeast: median(greatest) !== value };
}

/** As records store the medians of the runs of both sides. */
export function mediansOf(pairs: readonly MeasuredPair[]): {
  beforeMedian: number | null;
  afterMedian: number | null;
  beforeMedianAtLeast: boolean;
  afterMedianAtLeast: boolean;
} {
  const before = boundedMedian(pairs.map((pair) => pair.before));
  const after = boundedMedian(pairs.map((pair) => pair.after));
  return {
    beforeMedian: before.value,
    afterMedian: after.value,
    beforeMedianAtLeast: before.atLeast,
    afterMedianAtLeast: after.atLeast,
  };
}

/** As the comparison record stores it: JSON has no infinity, so an open end is null. */
export const storedInterval = (
  interval: Interval | null,
): { low: number | null; high: number | null } | null =>
  interval === null
    ? null
    : {
        low: Number.isFinite(interval.low) ? interval.low : null,
        high: Number.isFinite(interval.high) ? interval.high : null,
      };
