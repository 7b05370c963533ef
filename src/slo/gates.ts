// The steady promises of a scenario as gates: what windows, injections and recoveries are held against.

import { MettleError } from '../kernel/errors.ts';
import type { Slice } from '../measure/slice.ts';
import type { PromiseExpression } from './expression.ts';
import { tallyOf } from './gate.ts';
import type { Gate } from './gate.ts';
import { metricNamed } from './metrics/registry.ts';
import { parsePromise } from './parse.ts';
import { faultTimelineOf } from './recovery.ts';
import type { FaultTimes } from './recovery.ts';
import { isSignificantlyBad } from './significance.ts';

/** A promise as scenarios and records hold it. */
export interface PromiseText {
  /** `p95(query) < 2s during steady` */
  readonly text: string;
  readonly severity: 'fail' | 'warn';
}

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
    const { measure, operator, limit } = promiseFrom(text);
    if (measure.during.some((phase) => phase !== 'steady')) return [];
    const allowance = metricNamed(measure.metric)?.allowance(measure, operator, limit) ?? null;
    return allowance === null ? [] : [{ text, subject: measure.subject, ...allowance }];
  });
}

/** A steady promise judged on fewer samples is not called broken while the run goes on. */
const samplesToBreak = 20;

/**
 * The first steady promise that is significantly broken over the given slices, or null: asked before a fault with
 * `inject: if-steady`. Pass the slices since the warm-up.
 */
export function brokenSteadyPromise(
  slices: readonly Slice[],
  promises: readonly PromiseText[],
): string | null {
  const broken = gatesOf(promises).find((gate) => {
    const { bad, total } = tallyOf(gate, slices);
    return total >= samplesToBreak && isSignificantlyBad(bad, total, gate.share);
  });
  return broken?.text ?? null;
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
