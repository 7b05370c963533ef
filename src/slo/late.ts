// What a promise about latency knows of work that is still in flight: beyond the limit it is bad, however it ends.

import type { PendingCounts } from '../measure/pending.ts';
import type { Gate } from './gate.ts';
import { speaksOf } from './select.ts';

/** What one thread had in flight at one moment of the load. */
export interface InFlightAt {
  readonly atMicros: number;
  readonly pending: readonly PendingCounts[];
}

/** How many have been in flight for longer than the gate allows, of those due at or after `fromMicros`. */
export function lateInFlight(gate: Gate, threads: readonly InFlightAt[], fromMicros: number): number {
  const { lateAfterMicros } = gate;
  if (lateAfterMicros === null) return 0;
  let late = 0;
  for (const { atMicros, pending } of threads) {
    for (const { series, buckets } of pending) {
      if (!speaksOf(gate.subject, series)) continue;
      for (const { untilMicros, count } of buckets) {
        if (untilMicros > fromMicros && atMicros - untilMicros > lateAfterMicros) late += count;
      }
    }
  }
  return late;
}
