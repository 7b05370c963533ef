// Steady state after the undo: a service that does not come back must not pass, however good the whole looks.

import type { FaultRecord, SloRecord } from '../record/schema.ts';
import { occurrenceName } from '../record/fault-name.ts';
import { gatesOf, promiseFrom, samplesToBreak } from '../slo/gates.ts';
import { sidesOf } from '../slo/sides.ts';
import { lengthOf, without } from '../slo/spans.ts';
import { formatDuration } from '../kernel/units.ts';
import { type After, afterFault, type Course, type GateAfter } from './after-fault.ts';
import { type Promised, promiseTexts } from './steady.ts';

type SteadyAfter = NonNullable<FaultRecord['steadyAfter']>;

/** Recoveries are told to a second: of less time after a fault nothing is asked. */
const leastMicros = 1_000_000;

/**
 * Each fault with its `steadyAfter`: from its recovery until the next fault or the end; without one the last 10 s, or as
 * much more as it needs for samples enough.
 */
export const withSteadyAfter = (scenario: Promised, course: Course): FaultRecord[] =>
  course.faults.map((fault) => ({
    ...fault,
    steadyAfter: steadyAfterOf(afterFault(scenario, fault, course)),
  }));

function steadyAfterOf(after: After | null): FaultRecord['steadyAfter'] {
  const fewest = (some: readonly GateAfter[]): GateAfter | undefined =>
    [...some].sort((a, b) => a.samples - b.samples)[0];
  if (after === null) return null;
  const { gates, toMicros } = after;
  const told =
    gates.find(({ status }) => status === 'broken') ??
    fewest(gates.filter(({ status }) => status === 'unknown')) ??
    fewest(gates);
  if (told === undefined) return null;
  const { status, promise, bad, samples, fromMicros } = told;
  return { status, promise: status === 'broken' ? promise : null, bad, samples, fromMicros, toMicros };
}

/** A steady promise of which nobody knows whether it was kept again after a fault. */
interface Unanswered {
  readonly fault: FaultRecord;
  readonly promise: string;
  readonly reason: string;
}

/**
 * Where a fault was not recovered from and not all promises are seen to hold, `during steady` leaves out what follows it. A
 * steady promise with too few samples after it is then unanswered, unless there was no time left to ask, or what followed a
 * later fault tells.
 */
function unansweredAfter(scenario: Promised, course: Course): Unanswered[] {
  // Nearly always none is: then nothing is worked out again.
  if (course.faults.every(({ steadyAfter }) => steadyAfter === null || steadyAfter.status === 'holds'))
    return [];
  const looks = course.faults.flatMap((fault) => {
    const after = afterFault(scenario, fault, course);
    return after === null ? [] : [{ fault, after }];
  });
  return looks.flatMap(({ fault, after }) => {
    const { recovered, clearedAtMicros, gates, toMicros } = after;
    const leftMicros = timeAfter(course, Math.max(clearedAtMicros, scenario.warmupMicros));
    if (recovered || leftMicros < leastMicros) return [];
    const later = looks.filter((one) => one.after.clearedAtMicros > clearedAtMicros);
    const isTold = (asked: string): boolean =>
      later.some(({ after: next }) =>
        next.gates.some(({ promise, status }) => promise === asked && status !== 'unknown'),
      );
    return gates.flatMap((gate) => {
      const { promise, status } = gate;
      if (status !== 'unknown' || isTold(promise)) return [];
      const why = whyUnknown({ ...gate, toMicros });
      return [
        { fault, promise, reason: `not known after fault ${occurrenceName(fault)} was undone: ${why}` },
      ];
    });
  });
}

/** How long no fault was in effect from then on. */
function timeAfter({ faults, endMicros }: Course, startMicros: number): number {
  const inEffect = faults.flatMap(({ effectAtMicros, clearedAtMicros }) =>
    effectAtMicros === null
      ? []
      : [{ startMicros: effectAtMicros, endMicros: clearedAtMicros ?? Number.POSITIVE_INFINITY }],
  );
  return lengthOf(without([{ startMicros, endMicros }], inEffect));
}

/**
 * A steady promise that is still broken once a fault is undone fails, whatever it came to over the whole run. What is asked
 * `during steady` and would pass, though nobody knows whether the target came back, is invalid.
 */
export function judgeSteadyAfter(slo: readonly SloRecord[], scenario: Promised, course: Course): SloRecord[] {
  const { faults } = course;
  const gates = gatesOf(promiseTexts(scenario.slo)).map(({ text }) => text);
  const unanswered = unansweredAfter(scenario, course);
  return slo.map((promise) => {
    const { text, severity, status } = promise;
    const fault = faults.find(({ steadyAfter }) => steadyAfter?.promise === text);
    if (fault?.steadyAfter != null && severity === 'fail' && status !== 'fail')
      return { ...promise, status: 'fail', reason: brokenAfter(fault, fault.steadyAfter) };
    // A steady promise has an answer of its own; of any other the steady ones are all there is to go by.
    const open = unanswered.find(
      ({ fault: { id }, promise: asked }) =>
        (asked === text || !gates.includes(text)) && leavesOutAfter(id, text),
    );
    if (status !== 'pass' || open === undefined) return promise;
    return { ...promise, status: 'invalid', reason: open.reason };
  });
}

/** Asked `during steady`, and not of the recovery from this fault as well. */
const leavesOutAfter = (id: string, text: string): boolean =>
  sidesOf(promiseFrom(text).measure).some(
    ({ during }) => during.includes('steady') && !during.includes(`recovery:${id}`),
  );

function brokenAfter(fault: FaultRecord, after: SteadyAfter): string {
  const { bad, samples, fromMicros, toMicros } = after;
  return `still broken after fault ${occurrenceName(fault)} was undone: ${bad} of ${samples} bad from ${formatDuration(fromMicros)} to ${formatDuration(toMicros)}`;
}

/** What could not be found out is said; a scenario without steady promises has nothing to ask. */
export const unknownAfter = (faults: readonly FaultRecord[]): string[] =>
  faults.flatMap((fault) => {
    const { steadyAfter } = fault;
    if (steadyAfter?.status !== 'unknown') return [];
    const why = whyUnknown(steadyAfter);
    return [`after fault ${occurrenceName(fault)} was undone steady state is unknown: ${why}`];
  });

function whyUnknown({
  fromMicros,
  toMicros,
  bad,
  samples,
}: Pick<SteadyAfter, 'fromMicros' | 'toMicros' | 'bad' | 'samples'>): string {
  if (fromMicros === toMicros) return 'nothing could be looked at before the next fault or the end';
  if (samples >= samplesToBreak) return `${bad} of ${samples} bad, but in the last 10s no more than promised`;
  return `${samples} samples are too few`;
}
