// Which stretch of a record belongs to one fault, and why a question about it may have no answer.

import type { RunData } from '../record/data.ts';
import type { FaultRecord } from '../record/schema.ts';
import type { Measure } from './expression.ts';
import { noReading } from './metrics/metric.ts';
import type { Evidence, Reading } from './metrics/metric.ts';
import { faultTimelineOf } from './recovery.ts';
import type { FaultTimeline, FaultTimes } from './recovery.ts';

/** What drains after the last offer is no part of any window: nothing is missing where nothing is offered. */
const endOfLoad = ({ run }: RunData): number => run.load.elapsedMicros;

/** Another fault that was in effect when this one was cleared: what followed cannot be told apart. */
function confoundedBy(
  fault: FaultRecord,
  clearedAtMicros: number,
  others: readonly FaultRecord[],
): string | null {
  const active = others.find(
    (other) =>
      other !== fault &&
      other.effectAtMicros !== null &&
      other.effectAtMicros <= clearedAtMicros &&
      (other.clearedAtMicros === null || other.clearedAtMicros > clearedAtMicros),
  );
  return active?.id ?? null;
}

export type FaultAnswer =
  { readonly timeline: FaultTimeline; readonly times: FaultTimes } | { readonly reading: Reading };

/**
 * The timeline of each time that the fault of a measure was in effect, or the reading that says why there is none. At
 * least one; times that it took no effect are named by the run's own reasons.
 */
export function timelinesFor(measure: Measure, evidence: Evidence): FaultAnswer[] {
  const named = evidence.data.run.faults.filter((entry) => entry.id === measure.subject);
  const effective = named.filter(({ effectAtMicros }) => effectAtMicros !== null);
  if (effective.length === 0)
    return [{ reading: noReading(`the fault \`${measure.subject ?? ''}\` took no effect`) }];
  return effective.map((fault) => timelineOf(fault, evidence));
}

function timelineOf(fault: FaultRecord, { data, gates }: Evidence): FaultAnswer {
  const { clearedAtMicros } = fault;
  const effectAtMicros = fault.effectAtMicros ?? 0;
  if (clearedAtMicros === null)
    return { reading: noReading(`the fault \`${fault.id}\` was not cleared in the run`) };
  if (gates.length === 0) {
    return { reading: noReading('there is no steady promise that could be broken and kept again') };
  }
  const other = confoundedBy(fault, clearedAtMicros, data.run.faults);
  if (other !== null) {
    return {
      reading: noReading(`confounded: the fault \`${other}\` was in effect when \`${fault.id}\` was cleared`),
    };
  }
  const later = data.run.faults
    .map((entry) => entry.effectAtMicros ?? Infinity)
    .filter((at) => at > clearedAtMicros);
  const times = { effectAtMicros, clearedAtMicros, untilMicros: Math.min(endOfLoad(data), ...later) };
  const timeline = faultTimelineOf(data.slices, gates, times);
  if (timeline.samplesAfterClear === 0) {
    return {
      reading: noReading(`no data: nothing was offered after \`${fault.id}\` was cleared`, timeline.samples),
    };
  }
  return { timeline, times };
}
