// The limit of a relative promise: what the same measure was in earlier runs, and the change that is allowed on it.

import type { RunData } from '../record/data.ts';
import type { SloRecord } from '../record/schema.ts';
import type { BaselineRuns, BaselineValue } from './baseline.ts';
import type { PromiseExpression, RelativeLimit } from './expression.ts';
import type { Gate } from './gate.ts';
import type { Held } from './judgement.ts';
import { isAboutWhatIsLeft } from './metrics/left-metric.ts';
import { scraped } from './metrics/scraped.ts';
import { printBaseline, printRelative } from './print.ts';
import { showValue } from './quantity.ts';
import { metricOf, readMeasure } from './reading.ts';
import { sidesOf } from './sides.ts';

/**
 * Limit = baseline × (1 + share), or baseline + amount. Without a run, or with one whose own value is not known for
 * certain, there is no limit; `text` then says why.
 */
export function heldAgainst(
  promise: PromiseExpression,
  limit: RelativeLimit,
  { runs, reason }: ReturnType<BaselineRuns['of']>,
): Held {
  const what = printBaseline(limit.baseline);
  const ids = runs.map(({ id }) => id);
  const none = (why: string): Held => ({
    limit: null,
    text: `no baseline: ${why}`,
    baseline: { what, value: null, runs: ids },
  });
  if (runs.length === 0) return none(reason ?? 'there is no earlier run');
  const values: number[] = [];
  for (const { id, of } of runs) {
    if ('why' in of) return none(`in the run ${id} ${of.why}`);
    values.push(of.value);
  }
  const value = medianOf(values);
  const { change } = limit;
  if (change.kind === 'share' && value < 0) return none('a share of a negative value says nothing');
  const worked = change.kind === 'share' ? value * (1 + change.share) : value + change.amount;
  // 0.05 × 1.1 is 5.5 %.
  const exact = Number(worked.toPrecision(12));
  const { unit } = metricOf(promise.measure);
  if (decidesNothing(exact, promise, unit))
    return none(
      `it is ${showValue(value, unit)}, and every value would be within ${printRelative(limit, unit)}`,
    );
  const shown = `${showValue(value, unit)}: ${showValue(exact, unit)}`;
  return {
    limit: exact,
    text: `${printRelative(limit, unit)} (${shown})`,
    baseline: { what, value, runs: ids },
  };
}

/** A limit beyond what the unit can be is kept by whatever happens. */
function decidesNothing(
  limit: number,
  { measure, operator }: PromiseExpression,
  unit: SloRecord['unit'],
): boolean {
  const sides = sidesOf(measure);
  const isLeft = sides.some(({ metric }) => isAboutWhatIsLeft(metric));
  // More than all of a budget may be spent, and memory may grow to more than twice what it was.
  const mayExceedOne = isLeft || sides.some(({ argument }) => argument?.kind === 'target');
  if (operator.startsWith('<')) return unit === 'share' && limit >= 1 && !mayExceedOne;
  // Differences may be below zero, and so may what a target tells of itself, or gives back.
  const isSigned = isLeft || sides.some(({ metric }) => metric === scraped.name);
  return limit <= 0 && !isSigned && measure.against?.operation !== '-';
}

/** In the metric's unit; `why`: it is not known for certain, and there is no value. */
export interface BaselineReading {
  readonly value: number | null;
  readonly samples: number;
  readonly why: string | null;
}

/** What a promise's measure was in an earlier run. `gates`: the steady promises that detection and recovery are relative to. */
export function baselineReading(
  data: RunData,
  { measure, operator }: PromiseExpression,
  gates: readonly Gate[],
): BaselineReading {
  const { metric, reading } = readMeasure(measure, data, gates, operator);
  const { value, samples } = reading;
  const unknown = (why: string): BaselineReading => ({ value: null, samples, why });
  if (value === null || !Number.isFinite(value)) return unknown(reading.note ?? 'it has no value');
  if (reading.atLeast) return unknown(`it is only known to be ≥ ${showValue(value, metric.unit)}`);
  const undecided = reading.undecided?.(value) ?? null;
  if (undecided !== null) return unknown(undecided);
  const few = metric.tooFew(measure, samples, null);
  return few === null ? { value, samples, why: null } : unknown(few);
}

/** `min_samples` of a promise asks the same of its baseline. */
export function baselineValue({ value, samples, why }: BaselineReading, minSamples = 0): BaselineValue {
  if (value === null) return { why: why ?? 'it has no value' };
  return samples < minSamples
    ? { why: `at least ${minSamples} samples are asked for, there are ${samples}` }
    : { value };
}

/** Of at least one. */
function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
