// What broadcasts did not reach makes the figures that rest on it lower bounds; the record marks them, and says why.

import type { SliceCounts } from '../measure/slice.ts';
import type { LatencyRecord, SeriesRecord } from '../record/schema.ts';

type Observed = SeriesRecord['observedMicros'];

const ofBroadcasts: readonly string[] = ['delivery', 'fanoutFirst', 'fanoutMedian', 'fanoutLast'];
const figures = ['p50', 'p95', 'p99', 'max'] as const;

/** Histograms keep three digits: a value this near to the timeout cannot be told from it. */
const near = 0.998;

/**
 * With a message that did not reach everybody the slowest `fanoutLast` is the timeout, and nothing delivered is slower:
 * whatever is as large is `≥`, and so is a mean that holds such a value. Of copies whose subscribers left first nothing
 * is known, not even that they were sent: had they counted as missing, any figure could be larger.
 */
export function withBroadcastBounds(observed: Observed, tallies: SliceCounts['tallies']): Observed {
  const timeout = observed['fanoutLast']?.max ?? null;
  if (timeout === null) return observed;
  const isUnsure = (tallies.excused ?? 0) > 0;
  if (!isUnsure && (tallies.incomplete ?? 0) === 0) return observed;
  const isBound = (value: number | null): boolean => value !== null && (isUnsure || value >= near * timeout);
  const bound = (latency: LatencyRecord): LatencyRecord => {
    const names = figures.filter((name) => isBound(latency[name]));
    return names.length === 0 ? latency : { ...latency, atLeast: [...names, 'mean'] };
  };
  return Object.fromEntries(
    Object.entries(observed).map(([kind, latency]) => [
      kind,
      ofBroadcasts.includes(kind) ? bound(latency) : latency,
    ]),
  );
}

/** A sentence for each series with copies of which it is not known whether they would have come. */
export function broadcastNotes(series: readonly Pick<SeriesRecord, 'name' | 'tallies'>[]): string[] {
  return series.flatMap(({ name, tallies }) => {
    const excused = tallies['excused'] ?? 0;
    if (excused === 0) return [];
    const [copies, their, them] =
      excused === 1 ? ['copy', 'its subscriber', 'it'] : ['copies', 'their subscribers', 'them'];
    return [
      `${name}: ${excused} ${copies} of broadcasts had not arrived when ${their} left; if the server lost ${them}, ` +
        'that is not among the missing, and the delivery and fan-out times are lower bounds',
    ];
  });
}
