// The steady promises of a scenario as gates: what windows, injections and recoveries are held against.

import { MettleError } from '../kernel/errors.ts';
import type { Slice } from '../measure/slice.ts';
import type { PromiseExpression } from './expression.ts';
import { tallyOf } from './gate.ts';
import type { Gate, Tally } from './gate.ts';
import { type InFlightAt, lateInFlight } from './late.ts';
import { percentile } from './metrics/percentile.ts';
import { parsePromise } from './parse.ts';
import { metricOf } from './reading.ts';
import { faultTimelineOf } from './recovery.ts';
import type { FaultTimes } from './recovery.ts';
import { fewLooksLevel, isSignificantlyBad } from './significance.ts';

/** A promise as scenarios and records hold it. */
export interface PromiseText {
  /** `p95(query) < 2s during steady` */
  readonly text: string;
  readonly severity: 'fail' | 'warn';
  /** Every stretch of this length must hold, too. */
  readonly windowMicros?: number;
  readonly minSamples?: number;
  readonly onNoData?: OnNoData;
}

/** `skip`: the promise is `not judged`. There is no way to pass without data. */
export type OnNoData = 'invalid' | 'fail' | 'warn' | 'skip';

/** Parses a promise that was validated before; throws PROMISE_SYNTAX (usage) when it was not. */
export function promiseFrom(text: string): PromiseExpression {
  const parsed = parsePromise(text);
  if (parsed.ok) return parsed.value;
  const { message, offset, suggestion } = parsed.problem;
  throw new MettleError({
    code: 'PROMISE_SYNTAX',
    message: `promise \`${text}\`, column ${offset + 1}: ${message}`,
    hint: suggestion ?? undefined,
  });
}

/** Promises of severity `fail` without `during`, or during steady alone, that allow a countable bad share. */
export function gatesOf(promises: readonly PromiseText[]): Gate[] {
  return promises.flatMap(({ text, severity }) => {
    if (severity !== 'fail') return [];
    const promise = promiseFrom(text);
    if (promise.measure.during.some((phase) => phase !== 'steady')) return [];
    return gateOf(text, promise) ?? [];
  });
}

/** A promise as a window sees it, whatever its phases; null when it allows no countable bad share, or all to be bad. */
export function gateOf(text: string, { measure, operator, limit }: PromiseExpression): Gate | null {
  if (typeof limit !== 'number' || measure.against !== undefined) return null;
  const metric = metricOf(measure);
  if (metric.subject !== 'series') return null;
  const allowance = metric.allowance(measure, operator, limit);
  if (allowance === null || allowance.gates === false || allowance.share >= 1) return null;
  // Of the whole answer alone: what hangs may have been connected long ago.
  const ofAll = percentile.pattern.test(measure.metric) && measure.argument === null;
  return { text, subject: measure.subject, lateAfterMicros: ofAll ? limit : null, ...allowance };
}

/** A steady promise judged on fewer samples is not called broken, neither while the run goes on nor after a fault. */
export const samplesToBreak = 20;

/** On samples enough, and beyond chance. */
export const isBroken = ({ share }: Gate, { bad, total }: Tally): boolean =>
  total >= samplesToBreak && isSignificantlyBad(bad, total, share, fewLooksLevel);

export interface SteadyState {
  /** The first promise that is significantly broken; null: none is. */
  readonly broken: string | null;
}

/**
 * Whether the steady promises hold over the given slices; null without any that could be broken. `inFlight`: what is
 * outstanding right now, of what was due at or after `fromMicros`.
 */
export function steadyStateOf(
  slices: readonly Slice[],
  promises: readonly PromiseText[],
  live: { readonly inFlight: readonly InFlightAt[]; readonly fromMicros: number } | null = null,
): SteadyState | null {
  const gates = gatesOf(promises);
  if (gates.length === 0) return null;
  const broken = gates.find((gate) => {
    const { bad, total } = tallyOf(gate, slices);
    const late = live === null ? 0 : lateInFlight(gate, live.inFlight, live.fromMicros);
    return isBroken(gate, { bad: bad + late, total: total + late });
  });
  return { broken: broken?.text ?? null };
}

/**
 * When a fault's `recovery:<id>` phase ends, from the start of the load; null: not before `untilMicros`.
 * Equal to the time of clearing when there never was an impact (then there is no recovery phase).
 */
export function recoveredAtMicros(
  slices: readonly Slice[],
  promises: readonly PromiseText[],
  times: FaultTimes,
): number | null {
  return faultTimelineOf(slices, gatesOf(promises), times).recoveredAtMicros;
}
