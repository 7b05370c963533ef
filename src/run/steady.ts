// What a run asks of its promises while it goes on: is something broken already, when did it recover, what is tightest.

import type { Slice } from '../measure/slice.ts';
import type { FaultRecord } from '../record/schema.ts';
import type { PromiseSpec, Scenario } from '../scenario/scenario.ts';
import { gatesOf, promiseFrom, type PromiseText, recoveredAtMicros, steadyStateOf } from '../slo/gates.ts';
import type { InFlightAt } from '../slo/late.ts';
import { metricOf } from '../slo/reading.ts';

export const promiseTexts = (slo: readonly PromiseSpec[]): PromiseText[] =>
  slo.map(({ assert, severity, windowMicros, minSamples, onNoData }) => ({
    text: assert,
    severity,
    ...(windowMicros === undefined ? {} : { windowMicros }),
    ...(minSamples === undefined ? {} : { minSamples }),
    ...(onNoData === undefined ? {} : { onNoData }),
  }));

/** What of a scenario a judgement needs; a record can be held against others. */
export type Promised = Pick<Scenario, 'slo' | 'warmupMicros'>;

/** Without a steady promise that could be broken and kept again nothing says when the target has recovered. */
export const tellsRecovery = ({ slo }: Pick<Scenario, 'slo'>): boolean =>
  gatesOf(promiseTexts(slo)).length > 0;

/** When a fault was in effect, from the start of the load; cleared null: it is. */
interface FaultSpan {
  readonly effectAtMicros: number;
  readonly clearedAtMicros: number | null;
}

/** What is known while the run goes on. */
export interface SoFar {
  readonly slices: readonly Slice[];
  readonly faults: readonly FaultSpan[];
  readonly inFlight: readonly InFlightAt[];
  readonly nowMicros: number;
}

/**
 * The first steady promise that is significantly broken, or null: over all that was steady since the warm-up (an earlier
 * fault and its recovery are not), and over what followed a fault that has not been recovered from.
 */
export function brokenSteadySoFar(scenario: Promised, soFar: SoFar): string | null {
  const { slices, faults, inFlight, nowMicros } = soFar;
  const promises = promiseTexts(scenario.slo);
  const spans = faults.map(({ effectAtMicros, clearedAtMicros }) => {
    const recovered =
      clearedAtMicros === null
        ? null
        : recoveredAtMicros(slices, promises, {
            ...{ effectAtMicros, clearedAtMicros },
            untilMicros: untilNextFault(clearedAtMicros, faults, nowMicros),
          });
    return { effectAtMicros, clearedAtMicros, recovered };
  });
  const steady = slices.filter(
    ({ startMicros: at }) =>
      at >= scenario.warmupMicros &&
      !spans.some(
        ({ effectAtMicros, clearedAtMicros, recovered }) =>
          at >= effectAtMicros && at < (recovered ?? clearedAtMicros ?? Infinity),
      ),
  );
  const cleared = Math.max(0, ...spans.map(({ clearedAtMicros }) => clearedAtMicros ?? Infinity));
  const fromMicros = Math.max(scenario.warmupMicros, cleared);
  // While another fault is in effect nobody knows whose work it is that hangs.
  const live = Number.isFinite(fromMicros) ? { inFlight, fromMicros } : null;
  const broken = steadyStateOf(steady, promises, live)?.broken ?? null;
  const last = spans.at(-1);
  if (broken !== null || last === undefined || last.recovered !== null || live === null) return broken;
  const since = slices.filter(({ startMicros }) => startMicros >= fromMicros);
  return steadyStateOf(since, promises, live)?.broken ?? null;
}

/** The effect of the next fault, or the end. */
export const untilNextFault = (
  clearedAtMicros: number,
  faults: readonly { readonly effectAtMicros: number | null }[],
  endMicros: number,
): number =>
  Math.min(
    endMicros,
    ...faults.flatMap(({ effectAtMicros: at }) => (at !== null && at > clearedAtMicros ? [at] : [])),
  );

/** When the promises held again after a fault, from the start of the load; null: not before the next fault or the end. */
export function recoveryOf(
  scenario: Pick<Scenario, 'slo'>,
  fault: FaultRecord,
  faults: readonly FaultRecord[],
  slices: readonly Slice[],
  endMicros: number,
): number | null {
  const { effectAtMicros, clearedAtMicros } = fault;
  if (effectAtMicros === null || clearedAtMicros === null) return null;
  const untilMicros = untilNextFault(clearedAtMicros, faults, endMicros);
  return recoveredAtMicros(slices, promiseTexts(scenario.slo), {
    effectAtMicros,
    clearedAtMicros,
    untilMicros,
  });
}

/** The lowest latency of the load that any promise sets a limit to, in microseconds; null = none does. */
export function tightestPromiseMicros(slo: readonly PromiseSpec[]): number | null {
  const limits = slo.flatMap(({ assert }) => {
    const { measure, operator, limit } = promiseFrom(assert);
    // A difference of two latencies is none, nor is how long a fault or a link took.
    const { unit, subject } = metricOf(measure);
    const latency =
      unit === 'µs' && subject === 'series' && measure.against === undefined && operator.startsWith('<');
    return latency && typeof limit === 'number' && limit > 0 ? [limit] : [];
  });
  return limits.length === 0 ? null : Math.min(...limits);
}
