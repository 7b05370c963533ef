// What a run asks of its promises while it goes on: is something broken already, when did it recover, what is tightest.

import type { Slice } from '../measure/slice.ts';
import type { FaultRecord } from '../record/schema.ts';
import type { PromiseSpec, Scenario } from '../scenario/scenario.ts';
import { brokenSteadyPromise, promiseFrom, type PromiseText, recoveredAtMicros } from '../slo/gates.ts';
import { metricOf } from '../slo/reading.ts';

export const promiseTexts = (slo: readonly PromiseSpec[]): PromiseText[] =>
  slo.map(({ assert, severity }) => ({ text: assert, severity }));

/** The first steady promise that is significantly broken by what was measured since the warm-up, or null. */
export function brokenSteadySoFar(scenario: Scenario, slices: readonly Slice[]): string | null {
  const judged = slices.filter((slice) => slice.startMicros >= scenario.warmupMicros);
  return brokenSteadyPromise(judged, promiseTexts(scenario.slo));
}

/** When the promises held again after a fault, from the start of the load; null: not before the next fault or the end. */
export function recoveryOf(
  scenario: Scenario,
  fault: FaultRecord,
  faults: readonly FaultRecord[],
  slices: readonly Slice[],
  endMicros: number,
): number | null {
  const { effectAtMicros, clearedAtMicros } = fault;
  if (effectAtMicros === null || clearedAtMicros === null) return null;
  const later = faults.flatMap((other) =>
    other.effectAtMicros !== null && other.effectAtMicros > clearedAtMicros ? [other.effectAtMicros] : [],
  );
  const untilMicros = Math.min(endMicros, ...later);
  return recoveredAtMicros(slices, promiseTexts(scenario.slo), {
    effectAtMicros,
    clearedAtMicros,
    untilMicros,
  });
}

/** The lowest latency that any promise sets a limit to, in microseconds; null = none does. */
export function tightestPromiseMicros(slo: readonly PromiseSpec[]): number | null {
  const limits = slo.flatMap(({ assert }) => {
    const promise = promiseFrom(assert);
    const latency = metricOf(promise.measure).unit === 'µs' && promise.operator.startsWith('<');
    return latency && promise.limit > 0 ? [promise.limit] : [];
  });
  return limits.length === 0 ? null : Math.min(...limits);
}
