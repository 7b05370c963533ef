// What is known of a ratio or a difference from what is known of its two sides: their values, bounds, doubts, samples.

import { significant } from '../kernel/units.ts';
import { type Bounds, combinedBounds, decides, exactly } from './bounds.ts';
import { countedBy, fewestCounted, tooFewCounted } from './counted-ratio.ts';
import type { Measure, Operation, Operator } from './expression.ts';
import { noReading } from './metrics/metric.ts';
import type { Metric, Reading } from './metrics/metric.ts';
import { printMeasure } from './print.ts';
import { showValue } from './quantity.ts';
import type { View } from './select.ts';

export interface Side {
  readonly measure: Measure;
  readonly metric: Metric;
  readonly reading: Reading;
  /** Of the reading. */
  readonly value: number | null;
  readonly view: View;
}

interface Known extends Side {
  readonly value: number;
}

const nameOf = ({ measure }: Side): string => `\`${printMeasure(measure)}\``;

/** A share of answers, as against one of time or memory. */
export const isCounted = ({ metric }: Pick<Side, 'metric'>): boolean =>
  metric.unit === 'share' && metric.subject === 'series';

/** A side without a value leaves nothing to say; with nothing to judge only where neither misses anything else. */
function missing(sides: readonly Side[]): Reading {
  const empty = sides.filter(({ value }) => value === null);
  const unknown = empty.find(({ reading }) => reading.nothingToJudge !== true);
  const said = unknown ?? empty[0];
  const why = said === undefined ? 'no value' : `${nameOf(said)}: ${said.reading.note ?? 'no value'}`;
  const reading = noReading(why, fewestOf(sides));
  return unknown === undefined ? { ...reading, nothingToJudge: true } : reading;
}

const fewestOf = (sides: readonly Side[]): number => Math.min(...sides.map(({ reading }) => reading.samples));

function shortageOf(sides: readonly Side[]): string | null {
  for (const side of sides) {
    const few = side.metric.tooFew(side.measure, side.reading.samples, null);
    if (few !== null) return `${nameOf(side)}: ${few}`;
  }
  return null;
}

/** Three of a thousand against one of a thousand is no threefold rate. */
function uncountable(one: Known, other: Known): string | null {
  if (!isCounted(other)) return null;
  const fewer = [one, other]
    .filter(isCounted)
    .find(({ reading }) => reading.samples * other.value < fewestCounted - 1e-9);
  if (fewer === undefined) return null;
  return `${nameOf(other)} is ${showValue(other.value, other.metric.unit)}: too few to count in ${fewer.reading.samples} samples`;
}

const labelled = (side: Side): boolean =>
  (side.metric.unit === 'µs' || side.metric.unit === 'score') &&
  side.metric.subject === 'series' &&
  side.metric.fromStart !== true &&
  !side.view.hasDueTime;

/** What both sides are, and what is to be known about them. */
function noteOf(one: Known, other: Known, operation: Operation): string {
  const shown = [one, other].map(({ reading, value, metric }) => {
    return `${reading.atLeast ? '≥ ' : ''}${showValue(value, metric.unit)}`;
  });
  const notes = [one, other].flatMap((side) =>
    side.reading.note === null ? [] : [`${nameOf(side)}: ${side.reading.note}`],
  );
  // Of a difference whose first side has none, the promise itself says so.
  const service = operation === '/' || !labelled(one) ? [one, other].some(labelled) : false;
  const label = service ? ['service latency only: this load has no due times'] : [];
  return [shown.join(` ${operation} `), ...notes, ...label].join('; ');
}

/** A value whose other side is only a lower bound is an upper one: it decides where even that is below the limit. */
function atMost(value: number, other: Side): (limit: number) => string | null {
  return (limit) =>
    value < limit ? null : `an upper bound only: ${nameOf(other)} is not known for certain, it may be more`;
}

/** Whether a side that has an answer of its own for a limit leaves that open; what lies between bounds is asked about below. */
const openAt = ({ reading }: Known, limit: number): string | null =>
  reading.within === undefined ? (reading.undecided?.(limit) ?? null) : null;

/** What the sides themselves leave open, each asked about the value at which the whole meets the limit. */
function openSide(one: Known, other: Known, combined: Combined, limit: number): string | null {
  const ratio = combined.operation === '/';
  const first = openAt(one, ratio ? limit * other.value : limit + other.value);
  if (first !== null) return `${nameOf(one)}: ${first}`;
  const second = openAt(other, ratio ? one.value / limit : one.value - limit);
  return second === null ? openBounds(one, other, combined, limit) : `${nameOf(other)}: ${second}`;
}

const boundsOf = ({ reading: { within, atLeast }, value }: Known): Bounds =>
  within ?? (atLeast ? { from: value, to: Infinity, fromIncluded: true } : exactly(value));

/** Between what the whole lies where only the bucket of a side is known; undefined: of neither. */
function boundsTogether(one: Known, other: Known, operation: Operation): Bounds | undefined {
  if (one.reading.within === undefined && other.reading.within === undefined) return undefined;
  return combinedBounds(boundsOf(one), boundsOf(other), operation);
}

/** Both sides at once: each may be near to what is read of it, and both together far. */
function openBounds(
  one: Known,
  other: Known,
  { operation, operator }: Combined,
  limit: number,
): string | null {
  const bounds = boundsTogether(one, other, operation);
  if (bounds === undefined || decides(bounds, operator, limit)) return null;
  const estimate = one.reading.within === undefined ? other : one;
  const range = `from ${significant(bounds.from)} to ${significant(bounds.to)}`;
  return `of ${nameOf(estimate)} only its bucket is known: this lies somewhere ${range}`;
}

interface Combined {
  readonly operation: Operation;
  /** Of the whole; null: there is none. */
  readonly limit: number | null;
  /** null: a bare value is asked for, and no limit will tell whether what is known decides. */
  readonly operator: Operator | null;
  readonly metric: Pick<Metric, 'unit' | 'scale' | 'resolution'>;
}

/** Why there is no value though both sides have one; null when there is. */
function refusalOf(one: Known, other: Known, ratio: boolean): string | null {
  if (ratio && other.value <= 0) {
    const shown = showValue(other.value, other.metric.unit);
    return `${nameOf(other)} is ${shown}: nothing can be divided by it`;
  }
  const few = shortageOf([one, other]) ?? (ratio ? uncountable(one, other) : null);
  if (few !== null) return few;
  // A lower bound of what is below zero becomes an upper one when it is divided.
  const neither = other.reading.atLeast && (one.reading.atLeast || (ratio && one.value < 0));
  return neither ? `${nameOf(one)} and ${nameOf(other)} bound nothing together` : null;
}

function combineKnown(one: Known, other: Known, combined: Combined): Reading {
  const { operation, operator, metric } = combined;
  const ratio = operation === '/';
  const counted = ratio ? countedBy(one.reading, other.reading) : null;
  const samples = counted ?? fewestOf([one, other]);
  const refusal = refusalOf(one, other, ratio);
  if (refusal !== null) return noReading(refusal, samples);
  const value = ratio ? one.value / other.value : one.value - other.value;
  const few = counted === null ? null : tooFewCounted({ value, counted, by: nameOf(other) }, combined);
  if (few !== null) return noReading(few, samples);
  const bound = other.reading.atLeast ? atMost(value, other) : null;
  const unbounded = operator === null ? (bound?.(value) ?? null) : null;
  if (unbounded !== null) return noReading(unbounded, samples);
  if (operator === null && metric.scale === 'log' && value < metric.resolution)
    return noReading(`${showValue(value, metric.unit)} is too near zero to be compared by ratio`, samples);
  const within = boundsTogether(one, other, operation);
  return {
    // With the other side anywhere in its bucket, it is at least what the largest of that leaves.
    value: one.reading.atLeast ? (within?.from ?? value) : value,
    atLeast: one.reading.atLeast,
    samples,
    ...(within === undefined ? {} : { within }),
    note: noteOf(one, other, operation),
    undecided: (limit) => bound?.(limit) ?? openSide(one, other, combined, limit),
  };
}

const isKnown = (side: Side): side is Known => side.value !== null;

/** The reading of `one` divided by `other`, or less it. */
export function combineReadings(one: Side, other: Side, combined: Combined): Reading {
  if (isKnown(one) && isKnown(other)) return combineKnown(one, other, combined);
  return missing([one, other]);
}
