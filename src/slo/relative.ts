// The limit of a relative promise: what the same measure was in earlier runs, and the change that is allowed on it.

import type { RunData } from '../record/data.ts';
import type { BaselineRuns } from './baseline.ts';
import type { SloRecord } from '../record/schema.ts';
import type { Operator, PromiseExpression, RelativeLimit } from './expression.ts';
import type { Gate } from './gate.ts';
import type { Held } from './judgement.ts';
import { printBaseline, printRelative } from './print.ts';
import { showValue } from './quantity.ts';
import { metricOf, readMeasure } from './reading.ts';

interface Against {
  readonly baselines: BaselineRuns;
  /** The steady promises that detection and recovery are relative to, in the earlier runs as in this one. */
  readonly gates: readonly Gate[];
  readonly minSamples: number;
}

type Value = { readonly value: number } | { readonly why: string };

/**
 * Limit = baseline × (1 + share), or baseline + amount. Without a run, or with one whose own value is not known for
 * certain, there is no limit; `text` then says why.
 */
export function heldAgainst(promise: PromiseExpression, limit: RelativeLimit, against: Against): Held {
  const { runs, reason } = against.baselines.of(limit.baseline);
  const what = printBaseline(limit.baseline);
  const ids = runs.map(({ run }) => run.id);
  const none = (why: string): Held => ({
    limit: null,
    text: `no baseline: ${why}`,
    baseline: { what, value: null, runs: ids },
  });
  if (runs.length === 0) return none(reason ?? 'there is no earlier run');
  const values: number[] = [];
  for (const data of runs) {
    const found = valueIn(data, promise, against);
    if ('why' in found) return none(`in the run ${data.run.id} ${found.why}`);
    values.push(found.value);
  }
  const value = medianOf(values);
  const { change } = limit;
  if (change.kind === 'share' && value < 0) return none('a share of a negative value says nothing');
  const worked = change.kind === 'share' ? value * (1 + change.share) : value + change.amount;
  // 0.05 × 1.1 is 5.5 %.
  const exact = Number(worked.toPrecision(12));
  const { unit } = metricOf(promise.measure);
  if (decidesNothing(exact, promise.operator, unit))
    return none(`it is ${showValue(value, unit)}, and every value would be within ${printRelative(limit, unit)}`);
  const shown = `${showValue(value, unit)}: ${showValue(exact, unit)}`;
  return {
    limit: exact,
    text: `${printRelative(limit, unit)} (${shown})`,
    baseline: { what, value, runs: ids },
  };
}

/** A limit beyond what the unit can be is kept by whatever happens. Differences may be negative: they are no unit of theirs. */
const decidesNothing = (limit: number, operator: Operator, unit: SloRecord['unit']): boolean =>
  operator.startsWith('>') ? limit <= 0 && unit !== 'count' : unit === 'share' && limit >= 1;

/** What the measure was in an earlier run, by the rules that hold for this one. */
function valueIn(data: RunData, promise: PromiseExpression, { gates, minSamples }: Against): Value {
  const { measure, operator } = promise;
  const { metric, reading } = readMeasure(measure, data, gates, operator);
  const { value, samples } = reading;
  if (value === null || !Number.isFinite(value)) return { why: reading.note ?? 'it has no value' };
  if (reading.atLeast) return { why: `it is only known to be ≥ ${showValue(value, metric.unit)}` };
  const undecided = reading.undecided?.(value) ?? null;
  if (undecided !== null) return { why: undecided };
  const few = metric.tooFew(measure, samples, null);
  if (few !== null) return { why: few };
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
