// Reads one measure from one record: its value, or the reason why there is none.

import { MettleError } from '../kernel/errors.ts';
import type { RunData } from '../record/data.ts';
import { absentRecovery, asksRecoveryOnly } from './absent-recovery.ts';
import { combinedMetric } from './combination.ts';
import type { Measure, Operator } from './expression.ts';
import type { Gate } from './gate.ts';
import { noReading } from './metrics/metric.ts';
import type { Metric, Reading } from './metrics/metric.ts';
import { metricNamed } from './metrics/registry.ts';
import { printMeasure } from './print.ts';
import { missingFrom, viewOf } from './select.ts';
import type { View } from './select.ts';

function named(name: string): Metric {
  const metric = metricNamed(name);
  if (metric !== undefined) return metric;
  throw new MettleError({ code: 'UNKNOWN_METRIC', message: `unknown metric \`${name}\`` });
}

/** The metric of a measure that was parsed before, also of two. Throws UNKNOWN_METRIC (usage). */
export function metricOf(measure: Measure): Metric {
  const { against, ...alone } = measure;
  const one = named(measure.metric);
  if (against === undefined) return one;
  return combinedMetric(alone, against, { one, other: named(against.measure.metric) });
}

/** The faults that a measure depends on, by its subject or by its phases; those of its other side too. */
export function faultIdsOf(measure: Measure): string[] {
  const { metric, subject, during, against } = measure;
  const named = subject !== null && metricNamed(metric)?.subject === 'fault' ? [subject] : [];
  const phased = during.flatMap((phase) => /^(?:fault|recovery):(.+)$/.exec(phase)?.[1] ?? []);
  return [...named, ...phased, ...(against === undefined ? [] : faultIdsOf(against.measure))];
}

const nothingToJudge = (note: string): Reading => ({ ...noReading(note), nothingToJudge: true });

/** Why a metric says nothing about this run, before anything is computed; null when it may. */
function obstacleOf(measure: Measure, data: RunData): Reading | null {
  const metric = named(measure.metric);
  for (const id of faultIdsOf(measure)) {
    const times = data.run.faults.filter((entry) => entry.id === id);
    const [fault] = times;
    if (fault === undefined) return noReading(`the run had no fault \`${id}\``);
    if (times.every(({ effectAtMicros }) => effectAtMicros === null)) {
      return nothingToJudge(
        `the fault \`${id}\` was not injected${fault.note === null ? '' : ` (${fault.note})`}`,
      );
    }
  }
  if (metric.subject !== 'series') return null;
  const happened = measure.during.filter((name) => data.run.phases.some((phase) => phase.name === name));
  const absent = measure.during.length > 0 && happened.length === 0;
  if (absent && asksRecoveryOnly(measure.during)) return absentRecovery(data.run, measure.during);
  const missing = missingFrom(data, measure.subject, happened.length > 0 ? happened : measure.during);
  return missing === null ? null : noReading(missing);
}

/** Of either side; one that misses something outranks one that has nothing to judge. */
function obstacle({ against, ...alone }: Measure, data: RunData): Reading | null {
  if (against === undefined) return obstacleOf(alone, data);
  const found = [alone, against.measure].flatMap((side) => {
    const reading = obstacleOf(side, data);
    return reading === null ? [] : [{ ...reading, note: `\`${printMeasure(side)}\`: ${reading.note ?? ''}` }];
  });
  return found.find(({ nothingToJudge }) => nothingToJudge !== true) ?? found[0] ?? null;
}

export interface Read {
  readonly metric: Metric;
  readonly reading: Reading;
  /** What was looked at; null when nothing could be. */
  readonly view: View | null;
}

/**
 * Computes a measure. `gates` are the steady promises that detection and recovery are relative to; `operator` and `limit`
 * those of the promise, null where a bare value is asked for.
 */
export function readMeasure(
  measure: Measure,
  data: RunData,
  gates: readonly Gate[],
  operator: Operator | null = null,
  limit: number | null = null,
): Read {
  const metric = metricOf(measure);
  const blocked = obstacle(measure, data);
  if (blocked !== null) return { metric, reading: blocked, view: null };
  const view = viewOf(data, metric.subject === 'series' ? measure.subject : null, measure.during);
  const reading = metric.compute(measure, { view, data, gates, operator, limit });
  return { metric, reading, view };
}
