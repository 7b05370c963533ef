// Lines over the time of a run: percentiles, rates, CPU. Gaps stay gaps.

import { line } from 'd3-shape';
import type { Chart, ChartTable } from './figure.ts';
import { drawFrame, px, type Shade, type Tick } from './frame.ts';
import { linearScale, latencyScale, timeScale } from './scales.ts';

export interface TimeLine {
  readonly name: string;
  /** `s1`…`s6`: colour and dash pattern, so that lines differ without colour. */
  readonly className: string;
  /** y null = nothing to show in that second. */
  readonly points: readonly { readonly xMicros: number; readonly y: number | null }[];
}

export interface LineChart {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly endMicros: number;
  readonly lines: readonly TimeLine[];
  readonly windows: readonly {
    readonly label: string;
    readonly className: string;
    readonly fromMicros: number;
    readonly toMicros: number;
  }[];
  /** `latency` = logarithmic, in µs; `linear` from zero. */
  readonly scale: 'latency' | 'linear';
  readonly yLabel: string;
  readonly format: (value: number) => string;
  /** A dashed horizontal line with a label, e.g. a limit. */
  readonly limit?: { readonly value: number; readonly label: string };
}

const size = { width: 720, height: 250, left: 62, right: 16, top: 26, bottom: 38 };

export function lineChart(chart: LineChart): Chart {
  const values = chart.lines.flatMap((entry) =>
    entry.points.flatMap((point) => (point.y === null ? [] : [point.y])),
  );
  if (chart.limit !== undefined) values.push(chart.limit.value);
  const base = size.height - size.bottom;
  const { x, ticks: xTicks } = timeScale(chart.endMicros, size.left, size.width - size.right);
  const positive = values.filter((value) => value > 0);
  const max = Math.max(0, ...values);
  const { y, ticks: yTicks } =
    chart.scale === 'latency'
      ? latencyScale(Math.min(...positive, max || 1), max || 1, base, size.top)
      : linearScale(max, base, size.top, chart.format);
  const shades: Shade[] = chart.windows.map((window) => ({
    from: x(window.fromMicros),
    to: x(Math.min(window.toMicros, chart.endMicros)),
    label: window.label,
    className: window.className,
  }));
  return {
    id: chart.id,
    title: chart.title,
    description: chart.description,
    width: size.width,
    height: size.height,
    drawing: drawPlane(xTicks, yTicks, shades, chart, x, y),
    legend: chart.lines.map((entry) => [entry.className, entry.name] as const),
    table: tableOf(chart),
  };
}

function drawPlane(
  xTicks: readonly Tick[],
  yTicks: readonly Tick[],
  shades: readonly Shade[],
  chart: LineChart,
  x: (value: number) => number,
  y: (value: number) => number,
): string {
  const frame = drawFrame({
    ...size,
    xTicks,
    yTicks,
    xLabel: 'time since the load began',
    yLabel: chart.yLabel,
    shades,
  });
  const path = line<{ xMicros: number; y: number | null }>()
    .defined((point) => point.y !== null)
    .x((point) => x(point.xMicros))
    .y((point) => y(point.y ?? 0))
    .digits(2);
  const lines = chart.lines.map(
    (entry) => `<path class="line ${entry.className}" d="${path(entry.points) ?? ''}"/>`,
  );
  const lone = chart.lines.flatMap((entry) => lonePoints(entry, x, y));
  return frame + limitLine(chart, y) + lines.join('') + lone.join('');
}

/** A point without neighbours has no line; it gets a dot. */
function lonePoints(entry: TimeLine, x: (value: number) => number, y: (value: number) => number): string[] {
  return entry.points.flatMap((point, index) => {
    const alone =
      (entry.points[index - 1]?.y ?? null) === null && (entry.points[index + 1]?.y ?? null) === null;
    if (point.y === null || !alone) return [];
    return [
      `<circle class="dot ${entry.className}" r="2.5" cx="${px(x(point.xMicros))}" cy="${px(y(point.y))}"/>`,
    ];
  });
}

function limitLine(chart: LineChart, y: (value: number) => number): string {
  if (chart.limit === undefined) return '';
  const at = px(y(chart.limit.value));
  const right = size.width - size.right;
  return (
    `<line class="limit" x1="${size.left}" x2="${right}" y1="${at}" y2="${at}"/>` +
    `<text class="limit-label" text-anchor="end" x="${right}" y="${px(y(chart.limit.value) - 5)}">${chart.limit.label}</text>`
  );
}

function tableOf(chart: LineChart): ChartTable {
  const times = [...new Set(chart.lines.flatMap((entry) => entry.points.map((point) => point.xMicros)))].sort(
    (a, b) => a - b,
  );
  const byTime = chart.lines.map((entry) => new Map(entry.points.map((point) => [point.xMicros, point.y])));
  return {
    columns: ['second', ...chart.lines.map((entry) => entry.name)],
    rows: times.map((time) => [
      (time / 1_000_000).toFixed(1),
      ...byTime.map((points) => {
        const value = points.get(time) ?? null;
        return value === null ? '–' : chart.format(value);
      }),
    ]),
  };
}
