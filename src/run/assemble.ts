// The per-series part of the run record, from what was measured. Pure: the same slices give the same record.

import { addCounts } from '../measure/counts.ts';
import { mergeHistograms } from '../measure/histogram.ts';
import { maxOf, meanOf, type Offered, quantileOf } from '../measure/quantile.ts';
import { emptyCounts, histogramKinds, type Slice, type SliceHistograms } from '../measure/slice.ts';
import type { LatencyRecord, SeriesRecord } from '../record/schema.ts';
import { withBroadcastBounds } from './broadcast-bounds.ts';
import type { SeriesInfo } from './series-info.ts';

export interface FailureExample {
  readonly series: string;
  readonly class: string;
  readonly example: string;
  readonly atMicros: number;
}

/** Totals per series over everything but the warm-up, in the order of the scenario. */
export function seriesRecords(
  infos: readonly SeriesInfo[],
  slices: readonly Slice[],
  examples: readonly FailureExample[],
  warmupMicros: number,
): SeriesRecord[] {
  return infos.map((info) => {
    const own = slices.filter((slice) => slice.series === info.name && slice.startMicros >= warmupMicros);
    const counts = emptyCounts();
    for (const slice of own) addCounts(counts, slice.counts);
    const { okEnded: _byEndTime, begun: _byStartTime, errors, tallies, ...shown } = counts;
    const merged = (kind: keyof SliceHistograms): Offered => ({
      good: mergeHistograms(own.map((slice) => slice.histograms[kind])),
      offered: counts.offered,
      timeoutMicros: info.timeoutMicros,
    });
    const connect = merged('connect');
    const connected = connect.good?.totalCount ?? 0;
    return {
      ...info,
      ...shown,
      errors: { ...errors },
      tallies: { ...tallies },
      examples: examples
        .filter((entry) => entry.series === info.name)
        .map(({ series: _series, ...entry }) => entry),
      responseMicros: latencyRecord(merged('response')),
      serviceMicros: latencyRecord(merged('service')),
      connectMicros: connected === 0 ? null : latencyRecord({ ...connect, offered: connected }),
      observedMicros: withBroadcastBounds(observed(merged), tallies),
    };
  });
}

/** Durations beside the latencies rank only what was measured. */
const observedKinds = histogramKinds.filter(
  (kind) => kind !== 'connect' && !kind.startsWith('response') && !kind.startsWith('service'),
);

function observed(merged: (kind: keyof SliceHistograms) => Offered): SeriesRecord['observedMicros'] {
  return Object.fromEntries(
    observedKinds.flatMap((kind) => {
      const data = merged(kind);
      const measured = data.good?.totalCount ?? 0;
      return measured === 0 ? [] : [[kind, latencyRecord({ ...data, offered: measured })] as const];
    }),
  );
}

function latencyRecord(data: Offered): LatencyRecord {
  const quantiles = [
    ['p50', 0.5],
    ['p95', 0.95],
    ['p99', 0.99],
  ] as const;
  const record: LatencyRecord = { p50: null, p95: null, p99: null, max: null, mean: null, atLeast: [] };
  for (const [name, quantile] of quantiles) {
    const value = quantileOf(data, quantile);
    if (value?.enough !== true) continue;
    record[name] = value.valueMicros;
    if (value.atLeast) record.atLeast.push(name);
  }
  for (const [name, value] of [['max', maxOf(data)] as const, ['mean', meanOf(data)] as const]) {
    if (value === undefined) continue;
    record[name] = value.valueMicros;
    if (value.atLeast) record.atLeast.push(name);
  }
  return record;
}
