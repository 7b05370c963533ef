// The charts of one run, from its record alone.

import { addCounts } from '../measure/counts.ts';
import { mergeHistograms } from '../measure/histogram.ts';
import { quantileOf } from '../measure/quantile.ts';
import { emptyCounts, type Slice } from '../measure/slice.ts';
import type { RunData } from '../record/data.ts';
import { formatDuration, formatRate, formatShare, formatSize } from '../kernel/units.ts';
import { figure } from './charts/figure.ts';
import { heatMap } from './charts/heatmap.ts';
import { type LineChart, lineChart, type TimeLine } from './charts/lines.ts';
import { spectrumChart } from './charts/spectrum.ts';
import { spectrumPoints } from './spectrum-points.ts';

const maxSeriesCharts = 12;

export function runCharts(data: RunData): { latency: string[]; traffic: string[]; target: string[] } {
  const steps = data.run.series.filter((series) => series.kind === 'step' && series.offered > 0);
  const shown = steps.slice(0, maxSeriesCharts);
  return {
    latency: [
      ...shown.map((series, index) => figure(lineChart(latencyOverTime(data, series.name, index)))),
      figure(
        spectrumChart(
          'spectrum',
          'Percentile spectrum',
          shown.slice(0, 6).map((series, index) => curve(data, series.name, index)),
        ),
      ),
      ...shown.slice(0, 1).map((series) => figure(heat(data, series.name))),
    ],
    traffic: [figure(lineChart(rates(data))), figure(lineChart(failures(data)))],
    target:
      data.run.processes.length === 0 ? [] : [figure(lineChart(cpu(data))), figure(lineChart(memory(data)))],
  };
}

type Windows = LineChart['windows'];

function base(data: RunData): { endMicros: number; windows: Windows } {
  const ends = data.run.phases.map((phase) => phase.endMicros);
  const windows = data.run.phases
    .filter((phase) => phase.name !== 'steady')
    .map((phase) => ({
      label: phase.name.replace(/^(fault|recovery):/, (_whole, kind: string) =>
        kind === 'fault' ? '' : 'recovery ',
      ),
      className: phase.name.split(':')[0] ?? '',
      fromMicros: phase.startMicros,
      toMicros: phase.endMicros,
    }));
  return { endMicros: Math.max(data.run.load.plannedMicros, ...ends), windows };
}

const middle = (slice: Slice): number => (slice.startMicros + slice.endMicros) / 2;

/** A percentile only where a window has enough samples for it; the slowest answer always. */
function latencyOverTime(data: RunData, name: string, index: number): LineChart {
  const own = data.slices.filter((slice) => slice.series === name);
  const timeoutMicros = data.run.series.find((series) => series.name === name)?.timeoutMicros ?? 0;
  const at = (quantile: number): TimeLine['points'] =>
    own.map((slice) => {
      const offered = { good: slice.histograms.response, offered: slice.counts.offered, timeoutMicros };
      const value = quantileOf(offered, quantile);
      const drawn = value?.enough === true && !value.atLeast;
      return { xMicros: middle(slice), y: drawn ? value.valueMicros : null };
    });
  const slowest: TimeLine = {
    name: 'slowest good answer',
    className: 's4',
    points: own.map((slice) => ({
      xMicros: middle(slice),
      y: slice.histograms.response === undefined ? null : slice.histograms.response.maxValue,
    })),
  };
  const lines: TimeLine[] = [
    { name: 'p50', className: 's1', points: at(0.5) },
    { name: 'p95', className: 's2', points: at(0.95) },
    { name: 'p99', className: 's3', points: at(0.99) },
    slowest,
  ];
  return {
    id: `latency-${index}`,
    title: `Response latency: ${name}`,
    description: `Response latency of ${name} per second, shaded where a fault was active. A percentile is drawn only in seconds with enough samples for it; failures make a gap.`,
    ...base(data),
    lines: lines.filter((entry) => entry.points.some((point) => point.y !== null)),
    scale: 'latency',
    yLabel: 'response latency',
    format: formatDuration,
  };
}

function curve(data: RunData, name: string, index: number): Parameters<typeof spectrumChart>[2][number] {
  const warmup = data.run.load.warmupMicros;
  const own = data.slices.filter((slice) => slice.series === name && slice.startMicros >= warmup);
  const counts = emptyCounts();
  for (const slice of own) addCounts(counts, slice.counts);
  const histogram = mergeHistograms(own.map((slice) => slice.histograms.response));
  return {
    name,
    className: `s${(index % 6) + 1}`,
    samples: counts.offered,
    points: spectrumPoints(histogram, counts.offered),
    okShare: counts.offered === 0 ? 0 : counts.ok / counts.offered,
  };
}

function heat(data: RunData, name: string): ReturnType<typeof heatMap> {
  const own = data.slices.filter((slice) => slice.series === name);
  const columns = own.map((slice) => ({ ...slice, histogram: slice.histograms.response }));
  return heatMap('heat', `Latency heat map: ${name}`, columns, base(data).endMicros);
}

/** All steps pooled by slice; per-second values even where a phase edge cut a second short. */
function pooled(data: RunData): { slice: Slice; perSecond: (count: number) => number }[] {
  const steps = new Set(
    data.run.series.filter((series) => series.kind === 'step').map((series) => series.name),
  );
  const byStart = new Map<number, Slice>();
  for (const slice of data.slices) {
    if (!steps.has(slice.series)) continue;
    const held = byStart.get(slice.startMicros) ?? { ...slice, counts: emptyCounts() };
    addCounts(held.counts, slice.counts);
    byStart.set(slice.startMicros, held);
  }
  return [...byStart.values()]
    .filter((slice) => slice.endMicros - slice.startMicros >= 200_000)
    .sort((a, b) => a.startMicros - b.startMicros)
    .map((slice) => ({
      slice,
      perSecond: (count) => (count * 1_000_000) / (slice.endMicros - slice.startMicros),
    }));
}

function rates(data: RunData): LineChart {
  const points = pooled(data);
  const series = (name: string, className: string, pick: (slice: Slice) => number): TimeLine => ({
    name,
    className,
    points: points.map(({ slice, perSecond }) => ({ xMicros: middle(slice), y: perSecond(pick(slice)) })),
  });
  return {
    id: 'rates',
    title: 'Offered against achieved rate',
    description:
      'Requests offered per second by due time, and good answers per second by the time they ended.',
    ...base(data),
    lines: [
      series('offered', 's2', (slice) => slice.counts.offered),
      series('good answers', 's1', (slice) => slice.counts.okEnded),
    ],
    scale: 'linear',
    yLabel: 'per second',
    format: formatRate,
  };
}

function failures(data: RunData): LineChart {
  const points = pooled(data);
  const classes = [...new Set(points.flatMap(({ slice }) => Object.keys(slice.counts.errors)))].sort();
  const lines = classes.map((name, index): TimeLine => ({
    name,
    className: `s${(index % 6) + 1}`,
    points: points.map(({ slice, perSecond }) => ({
      xMicros: middle(slice),
      y: perSecond((slice.counts.errors as Record<string, number>)[name] ?? 0),
    })),
  }));
  return {
    id: 'failures',
    title: 'Failures by class',
    description:
      lines.length === 0 ? 'Nothing failed.' : `Failures per second by class: ${classes.join(', ')}.`,
    ...base(data),
    lines,
    scale: 'linear',
    yLabel: lines.length === 0 ? 'nothing failed' : 'per second',
    format: formatRate,
  };
}

function processLines(
  data: RunData,
  pick: (point: { cpuShare: number; memoryBytes: number }) => number,
): TimeLine[] {
  return data.run.processes.map((process, index) => ({
    name: process.name,
    className: `s${(index % 6) + 1}`,
    points: process.points.map((point) => ({ xMicros: point.atMicros, y: pick(point) })),
  }));
}

const cpu = (data: RunData): LineChart => ({
  id: 'cpu',
  title: 'CPU of the target',
  description: 'CPU of each process tree of the target, in shares of one core, on the time axis of the load.',
  ...base(data),
  lines: processLines(data, (point) => point.cpuShare),
  scale: 'linear',
  yLabel: 'of one core',
  format: formatShare,
});

const memory = (data: RunData): LineChart => ({
  id: 'memory',
  title: 'Memory of the target',
  description: 'Resident memory of each process tree of the target.',
  ...base(data),
  lines: processLines(data, (point) => point.memoryBytes),
  scale: 'linear',
  yLabel: 'resident memory',
  format: formatSize,
});
