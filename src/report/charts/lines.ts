// Lines over the time of a run: percentiles, rates, CPU. Gaps stay gaps, and failures leave marks.

import { drawEvents } from './event-marks.ts';
import type { Chart, ChartTable, Drawing } from './figure.ts';
import { drawFrame, drawLanes, laneCount, lanesOf, type Plane, planeOf, type TimeWindow } from './frame.ts';
import { formatDuration } from '../../kernel/units.ts';
import { type Scale, latencyScale, linearScale, timeScale } from './scales.ts';
import { px } from './text.ts';

export interface TimePoint {
  readonly fromMicros: number;
  readonly toMicros: number;
  /** null = nothing to show for that stretch. */
  readonly y: number | null;
  /** The value lies among the failures, beyond everything that can be drawn: what the table says instead, e.g. `≥ 5s`. */
  readonly beyond?: string;
}

export interface TimeLine {
  readonly name: string;
  /** `s1`…`s6`: colour and dash pattern, so that lines differ without colour. */
  readonly className: string;
  readonly points: readonly TimePoint[];
  /** Each point holds for its whole stretch: drawn as steps. */
  readonly steps?: boolean;
}

export interface LineChart {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly note?: string;
  /** The left edge of the time axis; absent: the start of the load. */
  readonly startMicros?: number;
  readonly endMicros: number;
  readonly lines: readonly TimeLine[];
  readonly windows: readonly TimeWindow[];
  /** When something happened to the target, in order: numbered marks. */
  readonly events?: readonly number[];
  /** Stretches in which something failed: a cross at the top. */
  readonly crosses?: { readonly name: string; readonly atMicros: readonly number[] };
  /** `latency` = logarithmic, in µs; `linear` from zero. */
  readonly scale: 'latency' | 'linear';
  /** Ticks in round multiples of this. */
  readonly tickUnit?: number;
  readonly yLabel: string;
  readonly format: (value: number) => string;
  /** Further columns of the data table, one text for each stretch of the first line. */
  readonly extraColumns?: readonly { readonly name: string; readonly cells: readonly string[] }[];
}

const layouts = {
  wide: { width: 560, height: 180, left: 64, right: 14, ticks: 8 },
  narrow: { width: 360, height: 180, left: 60, right: 14, ticks: 5 },
} as const;

type Layout = (typeof layouts)[keyof typeof layouts];
/** Room for crosses and arrows above the highest value. */
const markRoom = 18;

export function lineChart(chart: LineChart): Chart {
  const { id, title, description, note } = chart;
  const crosses = chart.crosses;
  const beyond = chart.lines.some((entry) => entry.points.some((point) => point.beyond !== undefined));
  return {
    ...{ id, title, description },
    ...(note === undefined ? {} : { note }),
    size: 'half',
    wide: draw(chart, layouts.wide),
    narrow: draw(chart, layouts.narrow),
    legend: [
      ...chart.lines.map((entry) => [entry.className, entry.name] as const),
      ...(crosses === undefined || crosses.atMicros.length === 0 ? [] : [['cross', crosses.name] as const]),
      ...(beyond ? [['beyond', 'among the failures'] as const] : []),
      ...((chart.events ?? []).length > 0
        ? [['event', 'numbered: what happened to the target'] as const]
        : []),
    ],
    table: tableOf(chart),
  };
}

function yScale(chart: LineChart, plane: Plane): ReturnType<typeof linearScale> {
  const values = chart.lines.flatMap((entry) =>
    entry.points.flatMap((point) => (point.y === null ? [] : [point.y])),
  );
  const max = values.reduce((a, b) => Math.max(a, b), 0);
  const marked = (chart.crosses?.atMicros.length ?? 0) > 0;
  const top = plane.top + (marked ? markRoom : 4);
  const base = plane.height - plane.bottom;
  if (chart.scale === 'linear') return linearScale(max, base, top, chart.format, chart.tickUnit);
  const least = values.filter((value) => value > 0).reduce((a, b) => Math.min(a, b), max);
  return max > 0 ? latencyScale(least, max, base, top) : { y: () => base, ticks: [] };
}

function draw(chart: LineChart, layout: Layout): Drawing {
  const right = layout.width - layout.right;
  const { x, ticks: xTicks } = timeScale(
    chart.endMicros,
    layout.left,
    right,
    layout.ticks,
    chart.startMicros,
  );
  const lanes = lanesOf(chart.windows, x, right);
  const plane = planeOf(layout.width, layout.height, layout.left, layout.right, laneCount(lanes));
  const { y, ticks: yTicks } = yScale(chart, plane);
  const frame = drawFrame({
    plane,
    xTicks,
    yTicks,
    xLabel: 'time since the load began',
    yLabel: chart.yLabel,
  });
  const lines = chart.lines.map((entry) => drawLine(entry, x, y, plane.top + markRoom));
  const crosses = chart.crosses?.atMicros.map((at) => cross(x(at), plane.top + 8)) ?? [];
  return {
    width: plane.width,
    height: plane.height,
    marks: [
      drawLanes(lanes, plane, x),
      frame,
      ...lines,
      ...crosses,
      drawEvents(chart.events ?? [], plane, x),
    ].join(''),
  };
}

const cross = (x: number, y: number): string =>
  `<path class="cross" d="M${px(x - 3)},${px(y - 3)}l6,6m0,-6l-6,6"/>`;

const middle = (point: TimePoint): number => (point.fromMicros + point.toMicros) / 2;

/** One path for a line: begun anew after every gap; a lone point gets a dot, one among the failures an arrow up. */
function drawLine(entry: TimeLine, x: Scale, y: Scale, arrowY: number): string {
  const path: string[] = [];
  const marks: string[] = [];
  entry.points.forEach((point, index) => {
    if (point.beyond !== undefined) {
      marks.push(
        `<path class="arrow ${entry.className}" d="M${px(x(middle(point)))},${px(arrowY - 7)}l4,7h-8z"/>`,
      );
    }
    if (point.y === null) return;
    const before = entry.points[index - 1];
    const begun = before !== undefined && before.y !== null;
    const at = px(y(point.y));
    if (entry.steps === true) {
      path.push(`${begun ? 'L' : 'M'}${px(x(point.fromMicros))},${at}H${px(x(point.toMicros))}`);
      return;
    }
    const along = px(x(middle(point)));
    const ends = (entry.points[index + 1]?.y ?? null) === null;
    if (!begun && ends)
      marks.push(`<circle class="dot ${entry.className}" r="2.5" cx="${along}" cy="${at}"/>`);
    else path.push(`${begun ? 'L' : 'M'}${along},${at}`);
  });
  const line = path.length === 0 ? '' : `<path class="line ${entry.className}" d="${path.join('')}"/>`;
  return line + marks.join('');
}

const seconds = (micros: number): string => (micros / 1_000_000).toFixed(1);

function cell(entry: TimeLine, atMicros: number, row: TimePoint, format: LineChart['format']): string {
  const point = entry.points.find((other) => other.fromMicros <= atMicros && atMicros < other.toMicros);
  const text = point?.beyond ?? (point === undefined || point.y === null ? null : format(point.y));
  if (point === undefined || text === null) return '–';
  const [from, to] = [point.fromMicros, point.toMicros];
  const same = from >= row.fromMicros && to <= row.toMicros;
  return same ? text : `${text} (${formatDuration(to - from)} from ${seconds(from)})`;
}

/** Rows are the finest stretches; a value that covers more says so. */
function tableOf(chart: LineChart): ChartTable {
  const finest = chart.lines.reduce<readonly TimePoint[]>(
    (best, entry) => (entry.points.length > best.length ? entry.points : best),
    [],
  );
  const extra = chart.extraColumns ?? [];
  return {
    columns: [
      'from – to, s',
      ...chart.lines.map((entry) => entry.name),
      ...extra.map((column) => column.name),
    ],
    rows: finest.map((row, index) => [
      `${seconds(row.fromMicros)} – ${seconds(row.toMicros)}`,
      ...chart.lines.map((entry) => cell(entry, middle(row), row, chart.format)),
      ...extra.map((column) => column.cells[index] ?? '–'),
    ]),
  };
}
