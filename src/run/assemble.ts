// Builds the run record from what was measured. Pure: the same parts give the same record.

import { meanOf, percentileOf, type RankedLatency } from '../measure/quantile.ts';
import { emptyCounts, type Slice, type SliceCounts } from '../measure/slice.ts';
import { mergeHistograms } from '../measure/histogram.ts';
import type { LatencyRecord, PhaseRecord, RunRecord, SeriesRecord } from '../record/schema.ts';
import type { LoadEntry } from '../scenario/scenario.ts';
import type { SeriesInfo } from './series-info.ts';

export interface Example {
  readonly series: string;
  readonly class: string;
  readonly example: string;
  readonly atMicros: number;
}

/** Totals per series over everything but the warm-up, in the order of the scenario. */
export function seriesRecords(
  infos: readonly SeriesInfo[],
  slices: readonly Slice[],
  examples: readonly Example[],
  warmupMicros: number,
): SeriesRecord[] {
  return infos.map((info) => {
    const own = slices.filter((slice) => slice.series === info.name && slice.startMicros >= warmupMicros);
    const counts = own.reduce((total, slice) => addCounts(total, slice.counts), emptyCounts());
    const { okEnded: _okEnded, ...shown } = counts;
    const bad = counts.offered - counts.ok;
    return {
      ...info,
      ...shown,
      errors: shown.errors as Record<string, number>,
      examples: examples
        .filter((entry) => entry.series === info.name)
        .map((entry) => ({ class: entry.class, example: entry.example, atMicros: entry.atMicros })),
      responseMicros: latencyRecord(own, 'response', bad, info.timeoutMicros),
      serviceMicros: latencyRecord(own, 'service', bad, info.timeoutMicros),
      connectMicros: own.some((slice) => (slice.histograms.connect?.totalCount ?? 0) > 0)
        ? latencyRecord(own, 'connect', 0, info.timeoutMicros)
        : null,
    };
  });
}
