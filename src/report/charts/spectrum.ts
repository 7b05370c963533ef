// The percentile spectrum: latency at every quantile, the tail stretched out. Where failures begin, the curve ends.

import { line } from 'd3-shape';
import { formatDuration } from '../../kernel/units.ts';
import type { Chart } from './figure.ts';
import { drawFrame, px } from './frame.ts';
import { latencyScale } from './scales.ts';

export interface SpectrumCurve {
  readonly name: string;
  readonly className: string;
  readonly samples: number;
  /** Among everything offered; ends where the failures begin. */
  readonly points: readonly { readonly quantile: number; readonly micros: number }[];
  readonly okShare: number;
}

const size = { width: 720, height: 270, left: 62, right: 24, top: 26, bottom: 38 };
const marks = [0, 0.5, 0.9, 0.99, 0.999, 0.9999];

/** Equal steps for each further nine: x = −log10(1 − q). */
const stretch = (quantile: number): number => -Math.log10(1 - Math.min(quantile, 0.999999));

export function spectrumChart(id: string, title: string, curves: readonly SpectrumCurve[]): Chart {
  const drawn = curves.filter((curve) => curve.points.length > 0);
  const values = drawn.flatMap((curve) => curve.points.map((point) => point.micros));
  const widest = Math.max(1, ...drawn.map((curve) => stretch(curve.points.at(-1)?.quantile ?? 0)));
  const base = size.height - size.bottom;
  const x = (quantile: number): number =>
    size.left + (stretch(quantile) / widest) * (size.width - size.left - size.right);
  const { y, ticks: yTicks } = latencyScale(Math.min(...values, 1e9), Math.max(...values, 1), base, size.top);
  const xTicks = marks
    .filter((mark) => stretch(mark) <= widest + 1e-9)
    .map((mark) => ({ at: x(mark), text: mark === 0 ? 'min' : `p${px(mark * 100)}` }));
  const path = line<{ quantile: number; micros: number }>()
    .x((point) => x(point.quantile))
    .y((point) => y(point.micros))
    .digits(2);
  const paths = drawn.map(
    (curve) => `<path class="line ${curve.className}" d="${path(curve.points) ?? ''}"/>`,
  );
  const ends = drawn.filter((curve) => curve.okShare < 1).map((curve) => failureMark(curve, x, y));
  const frame = drawFrame({
    ...size,
    xTicks,
    yTicks,
    xLabel: 'share of what was offered',
    yLabel: 'response latency',
  });
  return {
    id,
    title,
    description: describe(curves),
    width: size.width,
    height: size.height,
    drawing: frame + paths.join('') + ends.join(''),
    legend: curves.map((curve) => [curve.className, `${curve.name} (${curve.samples} offered)`] as const),
    table: spectrumTable(curves),
  };
}

/** A cross where good answers end: everything to its right failed. */
function failureMark(curve: SpectrumCurve, x: (q: number) => number, y: (v: number) => number): string {
  const last = curve.points.at(-1);
  if (last === undefined) return '';
  const [cx, cy] = [x(last.quantile), y(last.micros)];
  return `<path class="line ${curve.className} solid" d="M${px(cx - 4)},${px(cy - 4)}l8,8m0,-8l-8,8"/>`;
}

function describe(curves: readonly SpectrumCurve[]): string {
  const parts = curves.map((curve) => {
    const median = valueAt(curve, 0.5);
    const tail = valueAt(curve, 0.95);
    return `${curve.name}: p50 ${median}, p95 ${tail}`;
  });
  return `Response latency by share of everything offered. ${parts.join('; ')}. A curve ends with a cross where failures begin.`;
}

function valueAt(curve: SpectrumCurve, quantile: number): string {
  if (quantile > curve.okShare) return 'among the failures';
  const point = curve.points.find((entry) => entry.quantile >= quantile) ?? curve.points.at(-1);
  return point === undefined ? '–' : formatDuration(point.micros);
}

function spectrumTable(curves: readonly SpectrumCurve[]): Chart['table'] {
  const quantiles = [0.5, 0.75, 0.9, 0.95, 0.99, 0.999];
  return {
    columns: ['quantile', ...curves.map((curve) => curve.name)],
    rows: quantiles.map((quantile) => [
      `p${px(quantile * 100)}`,
      ...curves.map((curve) =>
        curve.samples * (1 - quantile) < 10 ? 'too few samples' : valueAt(curve, quantile),
      ),
    ]),
  };
}
