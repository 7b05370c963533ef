// Which stretch of a record belongs to one fault, and why a question about it may have no answer.

import type { Slice } from '../measure/slice.ts';
import type { RunData } from '../record/data.ts';
import { occurrenceName } from '../record/fault-name.ts';
import type { FaultRecord } from '../record/schema.ts';
import type { Measure } from './expression.ts';
import type { Gate } from './gate.ts';
import { noReading } from './metrics/metric.ts';
import type { Evidence, Reading } from './metrics/metric.ts';
import { faultTimelineOf } from './recovery.ts';
import type { FaultTimeline, FaultTimes } from './recovery.ts';
import { secondMicros } from './seconds.ts';

/** What of a run its faults are judged by. Times from the start of the load. */
export interface Course {
  readonly slices: readonly Slice[];
  readonly faults: readonly FaultRecord[];
  /** What drains after the last offer is no part of any window: nothing is missing where nothing is offered. */
  readonly elapsedMicros: number;
}

export const courseOf = ({ run, slices }: RunData): Course => ({
  slices,
  faults: run.faults,
  elapsedMicros: run.load.elapsedMicros,
});

/** The effect of the next fault after a moment, or the end of the load. */
const untilNext = (atMicros: number, { faults, elapsedMicros }: Course): number =>
  Math.min(
    elapsedMicros,
    ...faults.flatMap(({ effectAtMicros: at }) => (at !== null && at > atMicros ? [at] : [])),
  );

/** Until when what follows a fault is laid to it; a fault that was never cleared, to the end. */
const endOfFault = ({ clearedAtMicros }: FaultRecord, course: Course): number =>
  clearedAtMicros === null ? course.elapsedMicros : untilNext(clearedAtMicros, course);

/** In effect at a moment, the moment of its clear not included. */
const inEffect = (fault: FaultRecord, atMicros: number): boolean =>
  fault.effectAtMicros !== null &&
  fault.effectAtMicros <= atMicros &&
  (fault.clearedAtMicros === null || fault.clearedAtMicros > atMicros);

export type FaultAnswer =
  | {
      readonly timeline: FaultTimeline;
      readonly times: FaultTimes;
      /** Why nobody can tell what it was that showed; null: it was this fault. */
      readonly detectionConfounded: string | null;
    }
  | { readonly reading: Reading };

/**
 * The timeline of each time that the fault of a measure was in effect, or the reading that says why there is none. At
 * least one; times that it took no effect are named by the run's own reasons.
 */
export function timelinesFor(measure: Measure, { data, gates }: Evidence): FaultAnswer[] {
  const course = courseOf(data);
  const named = course.faults.filter((entry) => entry.id === measure.subject);
  const effective = named.filter(({ effectAtMicros }) => effectAtMicros !== null);
  if (effective.length === 0)
    return [{ reading: noReading(`the fault \`${measure.subject ?? ''}\` took no effect`) }];
  return effective.map((fault) => answerOf(fault, course, gates));
}

/** Of a fault that took effect. */
export function answerOf(fault: FaultRecord, course: Course, gates: readonly Gate[]): FaultAnswer {
  const { clearedAtMicros } = fault;
  const effectAtMicros = fault.effectAtMicros ?? 0;
  if (clearedAtMicros === null)
    return { reading: noReading(`the fault \`${fault.id}\` was not cleared in the run`) };
  if (gates.length === 0) {
    return { reading: noReading('there is no steady promise that could be broken and kept again') };
  }
  const other = course.faults.find((one) => one !== fault && inEffect(one, clearedAtMicros));
  if (other !== undefined) {
    const what = `the fault \`${other.id}\` was in effect when \`${fault.id}\` was cleared`;
    return { reading: noReading(`confounded: ${what}`) };
  }
  const times = { effectAtMicros, clearedAtMicros, untilMicros: endOfFault(fault, course) };
  const timeline = faultTimelineOf(course.slices, gates, times);
  if (timeline.samplesAfterClear === 0) {
    return {
      reading: noReading(`no data: nothing was offered after \`${fault.id}\` was cleared`, timeline.samples),
    };
  }
  return { timeline, times, detectionConfounded: confounding(fault, timeline, course, gates) };
}

/** Until when a fault is felt: until the promises hold again, else to the next fault or the end. */
export const feltUntil = (fault: FaultRecord, answer: FaultAnswer, course: Course): number =>
  ('timeline' in answer ? answer.timeline.recoveredAtMicros : null) ?? endOfFault(fault, course);

/** Another fault that may be what showed: in effect before it did, or not recovered from when this one took effect. */
function confounding(
  fault: FaultRecord,
  { detectedAtMicros }: FaultTimeline,
  course: Course,
  gates: readonly Gate[],
): string | null {
  const effectAtMicros = fault.effectAtMicros ?? 0;
  if (detectedAtMicros === null) return null;
  const others = course.faults.filter((one) => one !== fault);
  const active = others.find(
    (one) =>
      inEffect(one, effectAtMicros) ||
      (one.effectAtMicros !== null &&
        one.effectAtMicros >= effectAtMicros &&
        one.effectAtMicros < detectedAtMicros + secondMicros),
  );
  if (active !== undefined)
    return `confounded: the fault \`${occurrenceName(active)}\` was in effect before \`${occurrenceName(fault)}\` showed`;
  const [last] = others
    .filter(({ clearedAtMicros: at }) => at !== null && at <= effectAtMicros)
    .sort((a, b) => (b.clearedAtMicros ?? 0) - (a.clearedAtMicros ?? 0));
  if (last?.effectAtMicros == null || last.clearedAtMicros === null) return null;
  const times = { effectAtMicros: last.effectAtMicros, clearedAtMicros: last.clearedAtMicros };
  const before = faultTimelineOf(course.slices, gates, { ...times, untilMicros: endOfFault(last, course) });
  if (before.recoveredAtMicros !== null || before.detectedAtMicros === null) return null;
  return `confounded: the fault \`${occurrenceName(last)}\` was not recovered from when \`${occurrenceName(fault)}\` took effect`;
}
