// What a series can have: records do not say what kind of step it is, but what was measured on it anywhere in the run does.

import type { SliceHistograms, TallyName } from '../measure/slice.ts';
import type { RunData } from '../record/data.ts';
import type { SeriesRecord } from '../record/schema.ts';
import { isFlowSeries, speaksOf } from './select.ts';

type Kind = keyof SliceHistograms;

/** The steps a subject speaks of; iterations have none of what belongs to single steps. */
export const stepsOf = ({ run }: RunData, subject: string | null): readonly SeriesRecord[] =>
  run.series.filter(({ name }) => !isFlowSeries(name) && speaksOf(subject, name));

/** Slices hold the warm-up, too; the record holds the rest of the run where the slices are only a part of it. */
export function everMeasured({ slices }: RunData, series: SeriesRecord, kind: Kind): boolean {
  const recorded =
    kind === 'connect' ? series.connectMicros !== null : series.observedMicros[kind] !== undefined;
  return recorded || slices.some((slice) => slice.series === series.name && holds(slice.histograms, kind));
}

const holds = (histograms: SliceHistograms, kind: Kind): boolean => (histograms[kind]?.totalCount ?? 0) > 0;

export function everTallied({ slices }: RunData, series: SeriesRecord, name: TallyName): boolean {
  const recorded = (series.tallies[name] ?? 0) > 0;
  return (
    recorded || slices.some((slice) => slice.series === series.name && (slice.counts.tallies[name] ?? 0) > 0)
  );
}

/** Something of it was good: what was never measured on it cannot be, then. */
export const everGood = ({ slices }: RunData, { name, ok }: SeriesRecord): boolean =>
  ok > 0 || slices.some((slice) => slice.series === name && slice.counts.ok > 0);

export const everReceived = ({ slices }: RunData, { name, bytes }: SeriesRecord): boolean =>
  bytes > 0 || slices.some((slice) => slice.series === name && slice.counts.bytes > 0);

/** Every answered HTTP request has a first byte; nothing else has one. */
export const isHttp = (data: RunData, series: SeriesRecord): boolean =>
  everMeasured(data, series, 'firstByte');

const ofConnections = ['pings', 'closed', 'reconnects', 'unmatched'] as const;

/** The `connect` of a WebSocket: what belongs to a connection and to no step is counted on it. */
export const isWebSocketConnect = (data: RunData, series: SeriesRecord): boolean =>
  !isHttp(data, series) &&
  (everMeasured(data, series, 'connect') || ofConnections.some((name) => everTallied(data, series, name)));
