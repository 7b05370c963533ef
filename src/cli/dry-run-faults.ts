// What --dry-run says of faults: every injection in order of time, with what undoes it, who does, and what stops the run.

import { faultParameters, undoInWords } from '../faults/registry.ts';
import { ttlMsOf } from '../faults/ttl.ts';
import { formatDuration } from '../kernel/units.ts';
import { occurrenceName } from '../record/fault-name.ts';
import { abortWindowMicros } from '../run/abort-watch.ts';
import { occurrencesOf } from '../scenario/occurrences.ts';
import type { PromiseSpec, Scenario, ScheduledFault } from '../scenario/scenario.ts';

export interface DescribedInjection {
  /** `inject slow-db at 30s for 20s: latency, latency 300ms on postgres` */
  readonly inject: string;
  readonly undo: string;
  /** How long it can outlast a Mettle that hangs. */
  readonly timeToLive: string;
}

/** By Mettle's clock: those that repeat are all named. */
export const describeInjections = (
  scenario: Pick<Scenario, 'chaos' | 'durationMicros'>,
): DescribedInjection[] =>
  [...occurrencesOf(scenario)].sort((a, b) => a.atMicros - b.atMicros).map(describeInjection);

function describeInjection(fault: ScheduledFault): DescribedInjection {
  const { on, atMicros, forMicros, inject } = fault;
  const parameters = Object.entries(faultParameters(fault.fault, on)).map(
    ([key, value]) => `${key} ${value}`,
  );
  const what = [fault.fault.kind, ...parameters].join(', ');
  const when = `at ${moment(atMicros)} for ${formatDuration(forMicros)}`;
  const guard = inject === 'if-steady' ? ', if steady' : '';
  return {
    inject: `inject ${occurrenceName(fault)} ${when}${guard}: ${what} on ${on}`,
    undo: `at ${formatDuration(atMicros + forMicros)} ${undoInWords(fault.fault, on)}`,
    timeToLive: formatDuration(ttlMsOf(forMicros) * 1_000),
  };
}

const moment = (micros: number): string => (micros === 0 ? '0s' : formatDuration(micros));

/** `error_rate < 1% is significantly broken over 10s, for 15s without a break` */
export const describeStops = (slo: readonly PromiseSpec[]): string[] =>
  slo.flatMap((spec) => {
    const { assert, abortAfterMicros } = spec;
    if (abortAfterMicros === undefined) return [];
    const window = formatDuration(abortWindowMicros(spec));
    const after = formatDuration(abortAfterMicros);
    return [`${assert} is significantly broken over ${window}, for ${after} without a break`];
  });

/** Who undoes what, when it is not its time that is up. */
export const undoers: readonly string[] = [
  'by Mettle itself at their time; earlier, last in first out, on Ctrl-C, a kill file, a promise that stops the run, or an error',
  'by its watchdog when Mettle is killed, and when it hangs beyond their time to live',
  'by `mettle chaos rollback` when the watchdog is gone, too; every command names what is left',
];
