// What was offered and what came back: rates and failures over time, all steps pooled.

import type { RunData } from '../record/data.ts';
import { formatRate } from '../kernel/units.ts';
import type { Chart } from './charts/figure.ts';
import { lineChart, type TimeLine } from './charts/lines.ts';
import { markedWindows } from './run-windows.ts';
import { type Span, countSpans } from './windows.ts';

const secondMicros = 1_000_000;

function pooledSpans(data: RunData): Span[] {
  const steps = new Set(
    data.run.series.filter((series) => series.kind === 'step').map((series) => series.name),
  );
  return countSpans(
    data,
    data.slices.filter((slice) => steps.has(slice.series)),
  );
}

/** Nothing is due after the load has ended, so a stretch that reaches over its end counts only up to there. */
const duringLoad = (data: RunData, span: Span): number =>
  Math.min(span.toMicros, Math.max(data.run.load.elapsedMicros, span.fromMicros)) - span.fromMicros;

const perSecond = (count: number, lastedMicros: number): number | null =>
  lastedMicros <= 0 ? null : (count * secondMicros) / lastedMicros;

export function rateChart(data: RunData): Chart {
  const spans = pooledSpans(data);
  const line = (name: string, className: string, rate: (span: Span) => number | null): TimeLine => ({
    name,
    className,
    points: spans.map((span) => ({ fromMicros: span.fromMicros, toMicros: span.toMicros, y: rate(span) })),
  });
  const lines = [
    line('offered', 's2', (span) => perSecond(span.counts.offered, duringLoad(data, span))),
    line('good answers', 's1', (span) => perSecond(span.counts.okEnded, span.toMicros - span.fromMicros)),
  ];
  return lineChart({
    id: 'rates',
    title: 'Offered against achieved rate',
    description:
      'Requests and messages offered per second, by when they were due, and good answers per second, by when they ended.',
    ...markedWindows(data),
    lines,
    scale: 'linear',
    yLabel: 'per second, all steps',
    format: formatRate,
  });
}

/** Null when nothing failed. */
export function failureChart(data: RunData): Chart | null {
  const spans = pooledSpans(data);
  const classes = [...new Set(spans.flatMap(({ counts }) => Object.keys(counts.errors)))].sort();
  if (classes.length === 0) return null;
  const lines = classes.map((name, index): TimeLine => ({
    name,
    className: `s${(index % 6) + 1}`,
    points: spans.map(({ fromMicros, toMicros, counts }) => ({
      fromMicros,
      toMicros,
      y: perSecond(countOf(counts.errors, name), toMicros - fromMicros),
    })),
  }));
  return lineChart({
    id: 'failures',
    title: 'Failures by class',
    description: `Failures per second by class: ${classes.join(', ')}.`,
    ...markedWindows(data),
    lines,
    scale: 'linear',
    yLabel: 'per second, by due time',
    format: formatRate,
  });
}

const countOf = (errors: Readonly<Record<string, number>>, name: string): number => errors[name] ?? 0;
