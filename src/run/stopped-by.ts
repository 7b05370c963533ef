// A run that one of its promises stopped: in words, in the record, and what it means for the other promises.

import { formatDuration, formatShare } from '../kernel/units.ts';
import type { SloRecord } from '../record/schema.ts';
import type { StopRecord } from '../record/stop-schema.ts';
import type { Breach } from './abort-watch.ts';

/** `significantly broken from 12s on (57 of 120 bad in the last 10s, 1% allowed)` */
const brokenWords = ({ sinceMicros, bad, total, windowMicros, allowedShare }: StopRecord): string =>
  `significantly broken from ${formatDuration(sinceMicros)} on (${bad} of ${total} bad in the last ${formatDuration(windowMicros)}, ${formatShare(allowedShare)} allowed)`;

/** Why the other promises were cut short. */
export const stopWords = (breach: StopRecord): string =>
  `the run was stopped at ${formatDuration(breach.atMicros)}: ${breach.promise} was ${brokenWords(breach)}`;

export const stopRecord = ({ index: _index, ...breach }: Breach): StopRecord => breach;

/** The promise that stopped the run is broken, by its severity; the others were cut short (slo/evaluate). */
export const judgeStopped = (slo: readonly SloRecord[], breach: StopRecord | null): SloRecord[] =>
  slo.map((promise) =>
    breach?.promise === promise.text
      ? {
          ...promise,
          status: promise.severity,
          reason: `stopped the run at ${formatDuration(breach.atMicros)}: ${brokenWords(breach)}`,
        }
      : promise,
  );
