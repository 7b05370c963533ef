// The percentile spectrum: latency at every quantile, the tail stretched out. Where failures begin, the curve ends.

import { formatDuration } from '../../kernel/units.ts';
import type { Chart, Drawing } from './figure.ts';
import { drawFrame, planeOf } from './frame.ts';
import { latencyScale, type Scale } from './scales.ts';
import { px } from './text.ts';

export interface SpectrumCurve {
  readonly name: string;
  readonly className: string;
  readonly samples: number;
  /** Among everything offered, rising; ends where the failures begin. */
  readonly points: readonly { readonly quantile: number; readonly micros: number }[];
  readonly okShare: number;
}

const layouts = {
  wide: { width: 560, height: 210, left: 64, right: 22 },
  narrow: { width: 360, height: 210, left: 60, right: 22 },
} as const;
const marks = [
  { quantile: 0, text: 'min' },
  { quantile: 0.5, text: 'p50' },
  { quantile: 0.9, text: 'p90' },
  { quantile: 0.99, text: 'p99' },
  { quantile: 0.999, text: 'p99.9' },
  { quantile: 0.9999, text: 'p99.99' },
] as const;
const tableQuantiles = [0.5, 0.75, 0.9, 0.95, 0.99, 0.999];

/** The last quantile with ten worse samples; beyond it there is nothing to be said. */
const lastKnown = (curve: SpectrumCurve): number => Math.max(0, 1 - 10 / Math.max(1, curve.samples)) + 1e-9;

/** Equal steps for each further nine: −log10(1 − q). */
const stretch = (quantile: number): number => -Math.log10(1 - Math.min(quantile, 0.999999));

/** Told once on the page, under one chart or above many. */
export const spectrumNote =
  'A curve ends where fewer than ten samples are worse, or with a cross where failures begin.';

/** Whether there are samples enough for any point of the curve. */
export const isDrawable = (curve: SpectrumCurve): boolean =>
  curve.points.some((point) => point.quantile > 0 && point.quantile <= lastKnown(curve));

export function spectrumChart(id: string, title: string, given: readonly SpectrumCurve[]): Chart {
  const curves = given.map((curve) => ({
    ...curve,
    points: curve.points.filter((point) => point.quantile <= lastKnown(curve)),
  }));
  return {
    id,
    title,
    description: describe(curves),
    size: 'half',
    wide: draw(curves, layouts.wide),
    narrow: draw(curves, layouts.narrow),
    legend: curves.map((curve) => [curve.className, `${curve.name} (${curve.samples} offered)`] as const),
    table: {
      columns: ['quantile', ...curves.map((curve) => curve.name)],
      rows: tableQuantiles.map((quantile) => [
        `p${px(quantile * 100)}`,
        ...curves.map((curve) => spectrumValue(curve, quantile)),
      ]),
    },
  };
}

function draw(curves: readonly SpectrumCurve[], layout: (typeof layouts)[keyof typeof layouts]): Drawing {
  const values = curves.flatMap((curve) => curve.points.map((point) => Math.max(1, point.micros)));
  const furthest = curves.map((curve) => stretch(curve.points.at(-1)?.quantile ?? 0));
  const widest = furthest.reduce((a, b) => Math.max(a, b), 1);
  const plane = planeOf(layout.width, layout.height, layout.left, layout.right);
  const across = plane.width - plane.left - plane.right;
  const x = (quantile: number): number => plane.left + (stretch(quantile) / widest) * across;
  const least = values.reduce((a, b) => Math.min(a, b), Infinity);
  const most = values.reduce((a, b) => Math.max(a, b), 1);
  const { y, ticks: yTicks } =
    values.length === 0
      ? { y: () => 0, ticks: [] }
      : latencyScale(least, most, plane.height - plane.bottom, plane.top + 4);
  const xTicks = marks
    .filter((mark) => stretch(mark.quantile) <= widest + 1e-9)
    .map((mark) => ({ at: x(mark.quantile), text: mark.text }));
  const frame = drawFrame({
    plane,
    xTicks,
    yTicks,
    xLabel: 'share of everything offered',
    yLabel: 'response latency',
  });
  return {
    width: plane.width,
    height: plane.height,
    marks: frame + curves.map((curve) => drawCurve(curve, x, y)).join(''),
  };
}

function drawCurve(curve: SpectrumCurve, x: Scale, y: Scale): string {
  const last = curve.points.at(-1);
  if (last === undefined) return '';
  const points = curve.points.map((point) => `${px(x(point.quantile))},${px(y(Math.max(1, point.micros)))}`);
  const line = `<path class="line ${curve.className}" d="M${points.join('L')}"/>`;
  if (curve.okShare >= lastKnown(curve)) return line;
  const [cx, cy] = [x(last.quantile), y(Math.max(1, last.micros))];
  return `${line}<path class="line ${curve.className} solid" d="M${px(cx - 4)},${px(cy - 4)}l8,8m0,-8l-8,8"/>`;
}

function describe(curves: readonly SpectrumCurve[]): string {
  const parts = curves.map(
    (curve) => `${curve.name}: p50 ${spectrumValue(curve, 0.5)}, p95 ${spectrumValue(curve, 0.95)}`,
  );
  return `Response latency by share of everything offered. ${parts.join('; ')}.`;
}

/** The stored value at this quantile; between two stored ones, both: it lies somewhere there, and no closer is known. */
export function spectrumValue(curve: SpectrumCurve, quantile: number): string {
  if (quantile > lastKnown(curve)) return 'too few samples';
  if (quantile > curve.okShare) return 'among the failures';
  const above = curve.points.findIndex((point) => point.quantile >= quantile - 1e-9);
  const upper = curve.points[above];
  const lower = curve.points[above - 1];
  if (upper === undefined) {
    const last = curve.points.at(-1);
    return last === undefined ? '–' : `≥ ${formatDuration(last.micros)}`;
  }
  const high = formatDuration(upper.micros);
  if (lower === undefined || Math.abs(upper.quantile - quantile) < 1e-9) return high;
  const low = formatDuration(lower.micros);
  return low === high ? high : `${low} … ${high}`;
}
