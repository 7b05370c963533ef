// Latency in a run: over time, as a heat map, as a spectrum, and response against service.

import { addCounts } from '../measure/counts.ts';
import { mergeHistograms, slowest } from '../measure/histogram.ts';
import { quantileOf, samplesNeeded } from '../measure/quantile.ts';
import { emptyCounts } from '../measure/slice.ts';
import type { RunData } from '../record/data.ts';
import type { SeriesRecord } from '../record/schema.ts';
import { formatDuration } from '../kernel/units.ts';
import type { Chart } from './charts/figure.ts';
import { heatMap } from './charts/heatmap.ts';
import { lineChart, type TimeLine, type TimePoint } from './charts/lines.ts';
import { spectrumChart, spectrumNote } from './charts/spectrum.ts';
import { waitingChart, type WaitingRow } from './charts/waiting.ts';
import { markedWindows } from './run-windows.ts';
import { spectrumPoints } from './spectrum-points.ts';
import { coarser, joined, seriesSpans, type Span } from './windows.ts';

const heatColumns = 60;
/** Below this a heat map shows less than its table. */
const heatSamples = 60;
const quantiles = [
  { name: 'p50', quantile: 0.5 },
  { name: 'p75', quantile: 0.75 },
  { name: 'p90', quantile: 0.9 },
  { name: 'p95', quantile: 0.95 },
  { name: 'p99', quantile: 0.99 },
] as const;
/** The median and the two highest percentiles that the samples allow. */
const mostLines = 3;

/**
 * A percentile in stretches that each hold enough samples for it, as short as that allows; none reaches over the edge of
 * a fault. What is left at an edge joins the stretch before it; where even that is too little there is a gap.
 */
export function percentileLine(spans: readonly Span[], quantile: number, timeoutMicros: number): TimePoint[] {
  const needed = samplesNeeded(quantile);
  const groups: { spans: [Span, ...Span[]]; offered: number }[] = [];
  for (const span of spans) {
    const last = groups.at(-1);
    const same = last !== undefined && last.spans[0].segment === span.segment;
    if (same && last.offered < needed) {
      last.spans.push(span);
      last.offered += span.counts.offered;
    } else groups.push({ spans: [span], offered: span.counts.offered });
  }
  const whole = groups.reduce<typeof groups>((kept, group) => {
    const last = kept.at(-1);
    const leftover = group.offered < needed && last?.spans[0].segment === group.spans[0].segment;
    if (leftover) {
      last.spans.push(...group.spans);
      last.offered += group.offered;
    } else kept.push(group);
    return kept;
  }, []);
  return whole.map((group) => pointOf(joined(trimmed(group.spans)), quantile, timeoutMicros));
}

/** Without what was not offered at all at the end: a value is not drawn where there was nothing. */
function trimmed([first, ...rest]: [Span, ...Span[]]): [Span, ...Span[]] {
  const last = rest.findLastIndex((span) => span.counts.offered > 0);
  return [first, ...rest.slice(0, last + 1)];
}

function pointOf(span: Span, quantile: number, timeoutMicros: number): TimePoint {
  const { fromMicros, toMicros, good, counts } = span;
  const value = quantileOf({ good, offered: counts.offered, timeoutMicros }, quantile);
  if (value?.enough !== true) return { fromMicros, toMicros, y: null };
  if (value.atLeast)
    return { fromMicros, toMicros, y: null, beyond: `≥ ${formatDuration(value.valueMicros)}` };
  return { fromMicros, toMicros, y: value.valueMicros };
}

const known = (line: Pick<TimeLine, 'points'>): boolean =>
  line.points.some((point) => point.y !== null || point.beyond !== undefined);
const middle = (span: Span): number => (span.fromMicros + span.toMicros) / 2;
const failuresIn = ({ counts }: Span): number => counts.offered - counts.ok;

/** Both pictures of a series' latency; the second is null where there are too few answers for it. */
export function latencyCharts(data: RunData, series: SeriesRecord, index: number): [Chart, Chart | null] {
  const spans = seriesSpans(data, series.name);
  return [latencyOverTime(data, series, index, spans), latencyHeat(data, series, index, spans)];
}

function latencyOverTime(data: RunData, series: SeriesRecord, index: number, spans: readonly Span[]): Chart {
  const all = quantiles.map(({ name, quantile }) => ({
    name,
    points: percentileLine(spans, quantile, series.timeoutMicros),
  }));
  const [median, ...tails] = all.filter(known);
  const lines = [median, ...tails.slice(1 - mostLines)]
    .filter((line) => line !== undefined)
    .map((line, at): TimeLine => ({ ...line, className: `s${at + 1}`, steps: true }));
  const worst: TimeLine = {
    name: 'slowest good answer',
    className: 's4',
    steps: true,
    points: spans.map(({ fromMicros, toMicros, good }) => ({
      fromMicros,
      toMicros,
      y: good === undefined ? null : slowest(good),
    })),
  };
  const missing = all.filter((line) => !known(line)).map((line) => line.name);
  const failed = spans.filter((span) => failuresIn(span) > 0);
  return lineChart({
    id: `latency-${index}`,
    title: `${series.name}: latency over time`,
    description: `Response latency of ${series.name} over the run, in stretches with enough samples for each percentile; ${failed.length === 0 ? 'nothing failed' : `something failed in ${failed.length} of ${spans.length} stretches`}.`,
    ...(missing.length === 0 ? {} : { note: `Too few samples for ${missing.join(', ')} in any stretch.` }),
    ...markedWindows(data),
    lines: [...lines, worst].filter(known),
    crosses: { name: 'something failed', atMicros: failed.map(middle) },
    scale: 'latency',
    yLabel: 'response latency',
    format: formatDuration,
    extraColumns: [
      { name: 'offered', cells: spans.map((span) => String(span.counts.offered)) },
      { name: 'not good', cells: spans.map((span) => String(failuresIn(span))) },
    ],
  });
}

function latencyHeat(
  data: RunData,
  series: SeriesRecord,
  index: number,
  spans: readonly Span[],
): Chart | null {
  const answers = spans.reduce((sum, span) => sum + (span.good?.totalCount ?? 0), 0);
  if (answers < heatSamples) return null;
  const title = `${series.name}: all good answers`;
  return heatMap({
    id: `heat-${index}`,
    title,
    columns: coarser(spans, heatColumns),
    ...markedWindows(data),
  });
}

export function latencySpectrum(data: RunData, shown: readonly SeriesRecord[]): Chart {
  const curves = shown.map((series, index) => {
    const { warmupMicros } = data.run.load;
    const own = data.slices.filter(
      (slice) => slice.series === series.name && slice.startMicros >= warmupMicros,
    );
    const counts = emptyCounts();
    for (const slice of own) addCounts(counts, slice.counts);
    const good = mergeHistograms(own.map((slice) => slice.histograms.response));
    return {
      name: series.name,
      className: `s${(index % 6) + 1}`,
      samples: counts.offered,
      points: spectrumPoints(good, counts.offered),
      okShare: counts.offered === 0 ? 0 : counts.ok / counts.offered,
    };
  });
  return { ...spectrumChart('spectrum', 'Percentile spectrum', curves), note: spectrumNote };
}

/** Only series with due times: elsewhere both latencies are the same by definition. Null when there is none. */
export function responseAgainstService(shown: readonly SeriesRecord[]): Chart | null {
  const rows = shown
    .filter((series) => series.hasDueTime)
    .flatMap((series): WaitingRow[] => {
      const { responseMicros: response, serviceMicros: service } = series;
      const quantile = (['p95', 'p50'] as const).find(
        (name) =>
          response[name] !== null &&
          service[name] !== null &&
          !response.atLeast.includes(name) &&
          !service.atLeast.includes(name),
      );
      if (quantile === undefined) return [];
      const [from, to] = [response[quantile] ?? 0, service[quantile] ?? 0];
      return [{ name: series.name, quantile, responseMicros: from, serviceMicros: to }];
    });
  return rows.length === 0 ? null : waitingChart('waiting', 'Response against service latency', rows);
}
