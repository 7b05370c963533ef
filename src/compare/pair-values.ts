// One measure read from every pair of runs, and the effects between their members, known or bounded.

import type { RunData } from '../record/data.ts';
import type { Measure } from '../slo/expression.ts';
import type { Gate } from '../slo/gate.ts';
import type { Metric } from '../slo/metrics/metric.ts';
import { readMeasure } from '../slo/reading.ts';
import { median, signedRankInterval } from './signed-rank.ts';
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
  const { value, atLeast, samples, note } = reading;
  const shortage = value === null ? (note ?? 'no value') : metric.tooFew(measure, samples, null);
  return shortage === null
    ? { value, atLeast, samples, missing: null }
    : { value: null, atLeast: false, samples, missing: shortage };
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

/** Why the pairs cannot be judged at all, one sentence; null when they can. */
export function unusable(pairs: readonly MeasuredPair[]): string | null {
  for (const { pair, before, after } of pairs) {
    for (const [role, side] of [
      ['before', before],
      ['after', after],
    ] as const) {
      if (side.missing !== null) return `pair ${pair}, ${role}: ${side.missing}`;
    }
  }
  return pairs.length < fewestPairs
    ? `${pairs.length} pairs are too few: at least ${fewestPairs} are needed`
    : null;
}

/** The effect of a pair, and what it can be at least and at most when a value is only a lower bound. */
export interface Effect {
  readonly value: number;
  readonly least: number;
  readonly greatest: number;
}

type EffectOf = (before: number, after: number) => number;

/** ln(after/before). A zero counts as the smallest value that can be told from none, so it is kept. */
export function logRatio(metric: Metric): EffectOf {
  const floor = metric.subject === 'series' ? Math.min(1, metric.resolution) : metric.resolution;
  return (before, after) => Math.log(Math.max(after, floor) / Math.max(before, floor));
}

/** after − factor · before. */
export const weightedDifference =
  (factor: number): EffectOf =>
  (before, after) =>
    after - factor * before;

/** Effects of pairs that are usable. A censored `before` is open downward, a censored `after` upward. */
export function effectsOf(pairs: readonly MeasuredPair[], effectOf: EffectOf): Effect[] {
  return pairs.flatMap(({ before, after }) => {
    if (before.value === null || after.value === null) return [];
    const value = effectOf(before.value, after.value);
    return [
      {
        value,
        least: before.atLeast ? Number.NEGATIVE_INFINITY : value,
        greatest: after.atLeast ? Number.POSITIVE_INFINITY : value,
      },
    ];
  });
}

export const intervalOf = (effects: readonly Effect[], confidence: number): Interval | null =>
  signedRankInterval(
    effects.map((effect) => effect.least),
    effects.map((effect) => effect.greatest),
    confidence,
  );

/** Median of one role's values; null when there is none. */
export function medianOf(pairs: readonly MeasuredPair[], role: 'before' | 'after'): number | null {
  const values = pairs.flatMap((pair) => pair[role].value ?? []);
  return values.length === 0 ? null : median(values);
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
