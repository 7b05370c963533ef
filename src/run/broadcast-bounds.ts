// What a broadcast did not reach is recorded as its timeout: the figures that rest on it are lower bounds, and say so.

import type { SliceCounts } from '../measure/slice.ts';
import type { LatencyRecord, SeriesRecord } from '../record/schema.ts';

type Observed = SeriesRecord['observedMicros'];

const ofBroadcasts: readonly string[] = ['delivery', 'fanoutFirst', 'fanoutMedian', 'fanoutLast'];
const figures = ['p50', 'p95', 'p99', 'max'] as const;

/** Histograms keep three digits: a value this near to the timeout cannot be told from it. */
const near = 0.998;

/**
 * With a message that did not reach everybody the slowest `fanoutLast` is the timeout, and nothing delivered is slower:
 * whatever is as large is `≥`, and so is a mean that holds such a value.
 */
export function withBroadcastBounds(observed: Observed, tallies: SliceCounts['tallies']): Observed {
  const timeout = observed['fanoutLast']?.max ?? null;
  if ((tallies.incomplete ?? 0) === 0 || timeout === null) return observed;
  const bound = (latency: LatencyRecord): LatencyRecord => {
    const names = figures.filter((name) => (latency[name] ?? 0) >= near * timeout);
    return names.length === 0 ? latency : { ...latency, atLeast: [...names, 'mean'] };
  };
  return Object.fromEntries(
    Object.entries(observed).map(([kind, latency]) => [
      kind,
      ofBroadcasts.includes(kind) ? bound(latency) : latency,
    ]),
  );
}
