// Steady state after the undo: a service that does not come back must not pass, however good the whole looks.

import type { Slice } from '../measure/slice.ts';
import type { FaultRecord, SloRecord } from '../record/schema.ts';
import { occurrenceName } from '../record/fault-name.ts';
import { steadyStateOf } from '../slo/gates.ts';
import { formatDuration } from '../kernel/units.ts';
import { type Promised, promiseTexts, recoveryOf, untilNextFault } from './steady.ts';

/** Of a service that has not recovered, the newest of this length: what it has come to, not how it got there. */
const newestMicros = 10_000_000;

/** Each fault with its `steadyAfter`: from its recovery (without one: the last 10 s) until the next fault or the end. */
export const withSteadyAfter = (
  scenario: Promised,
  faults: readonly FaultRecord[],
  slices: readonly Slice[],
  endMicros: number,
): FaultRecord[] =>
  faults.map((fault) => ({
    ...fault,
    steadyAfter: steadyAfterOf(scenario, fault, faults, slices, endMicros),
  }));

function steadyAfterOf(
  scenario: Promised,
  fault: FaultRecord,
  faults: readonly FaultRecord[],
  slices: readonly Slice[],
  endMicros: number,
): FaultRecord['steadyAfter'] {
  const { effectAtMicros, clearedAtMicros } = fault;
  if (effectAtMicros === null || clearedAtMicros === null) return null;
  const toMicros = Math.max(clearedAtMicros, untilNextFault(clearedAtMicros, faults, endMicros));
  const unknown = { status: 'unknown', promise: null, bad: 0, samples: 0 } as const;
  if (faults.some((other) => other !== fault && isInEffect(other, clearedAtMicros))) {
    return { ...unknown, fromMicros: clearedAtMicros, toMicros: clearedAtMicros };
  }
  const recovered = recoveryOf(scenario, fault, faults, slices, endMicros);
  const fromMicros = recovered ?? Math.max(clearedAtMicros, toMicros - newestMicros);
  const after = slices.filter(
    ({ startMicros }) => startMicros >= Math.max(fromMicros, scenario.warmupMicros) && startMicros < toMicros,
  );
  const state = steadyStateOf(after, promiseTexts(scenario.slo));
  if (state === null) return { ...unknown, fromMicros, toMicros };
  const { broken, bad, samples, enough } = state;
  const status = broken !== null ? 'broken' : enough ? 'holds' : 'unknown';
  return { status, promise: broken, bad, samples, fromMicros, toMicros };
}

const isInEffect = ({ effectAtMicros, clearedAtMicros }: FaultRecord, atMicros: number): boolean =>
  effectAtMicros !== null &&
  effectAtMicros <= atMicros &&
  (clearedAtMicros === null || clearedAtMicros > atMicros);

/** A steady promise that is still broken once a fault is undone fails, whatever it came to over the whole run. */
export function judgeSteadyAfter(slo: readonly SloRecord[], faults: readonly FaultRecord[]): SloRecord[] {
  return slo.map((promise) => {
    const fault = faults.find(({ steadyAfter }) => steadyAfter?.promise === promise.text);
    if (fault?.steadyAfter == null || promise.severity !== 'fail' || promise.status === 'fail')
      return promise;
    return { ...promise, status: 'fail', reason: brokenAfter(fault, fault.steadyAfter) };
  });
}

function brokenAfter(fault: FaultRecord, after: NonNullable<FaultRecord['steadyAfter']>): string {
  const { bad, samples, fromMicros, toMicros } = after;
  return `still broken after fault ${occurrenceName(fault)} was undone: ${bad} of ${samples} bad from ${formatDuration(fromMicros)} to ${formatDuration(toMicros)}`;
}

/** What could not be found out is said; a scenario without steady promises has nothing to ask. */
export const unknownAfter = (faults: readonly FaultRecord[]): string[] =>
  faults.flatMap((fault) => {
    const { steadyAfter } = fault;
    if (steadyAfter?.status !== 'unknown') return [];
    const why =
      steadyAfter.fromMicros === steadyAfter.toMicros
        ? 'nothing could be looked at before the next fault or the end'
        : `${steadyAfter.samples} samples are too few`;
    return [`after fault ${occurrenceName(fault)} was undone steady state is unknown: ${why}`];
  });
