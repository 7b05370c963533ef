// One measure read from every pair of runs, and the effects between their members, known or bounded.

import type { RunData } from '../record/data.ts';
import type { Measure } from '../slo/expression.ts';
import type { Gate } from '../slo/gate.ts';
import { readMeasure } from '../slo/reading.ts';
import type { Quantity } from './quantity.ts';
import { hodgesLehmann, signedRankInterval } from './signed-rank.ts';
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
  /** What of its samples the value is a share of; absent: all. */
  readonly portion?: number;
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
  const { value, atLeast, samples, note, within, portion = 1 } = reading;
  const shortage = value === null ? (note ?? 'no value') : metric.tooFew(measure, samples, null);
  if (value === null || shortage !== null)
    return { value: null, atLeast: false, least: NaN, greatest: NaN, samples, missing: shortage };
  const greatest = atLeast ? Number.POSITIVE_INFINITY : (within?.to ?? value);
  return { value, atLeast, least: within?.from ?? value, greatest, samples, portion, missing: null };
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
    ? `${pairs.length === 1 ? '1 pair is' : `${pairs.length} pairs are`} too few: at least ${fewestPairs} are needed`
    : null;
}

/** The effect of a pair, and what it can be at least and at most when a value is only a bound. */
export interface Effect {
  readonly value: number;
  readonly least: number;
  readonly greatest: number;
}

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
