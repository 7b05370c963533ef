// The latency heat map: time across, latency up (logarithmic), darkness for how many answers. Two modes show as two bands.

import type { Histogram } from 'hdr-histogram-js';
import { countAbove, slowest, valueAtRank } from '../../measure/histogram.ts';
import { formatDuration } from '../../kernel/units.ts';
import type { Chart, Drawing } from './figure.ts';
import { drawFrame, drawLanes, laneCount, lanesOf, planeOf, type TimeWindow } from './frame.ts';
import { latencyScale, type Scale, timeScale } from './scales.ts';
import { escapeMarkup } from '../escape.ts';
import { px } from './text.ts';

interface HeatColumn {
  readonly fromMicros: number;
  readonly toMicros: number;
  readonly good: Histogram | undefined;
}

export interface HeatMap {
  readonly id: string;
  readonly title: string;
  readonly columns: readonly HeatColumn[];
  readonly windows: readonly TimeWindow[];
  readonly endMicros: number;
}

interface Counted {
  readonly fromMicros: number;
  readonly toMicros: number;
  readonly counts: readonly number[];
  readonly answers: number;
  readonly fastest: number;
  readonly slowest: number;
}

const layouts = {
  wide: { width: 560, height: 180, left: 64, right: 14, ticks: 8 },
  narrow: { width: 360, height: 180, left: 60, right: 14, ticks: 5 },
} as const;
const rows = 20;
const levels = 6;
const seconds = (micros: number): string => (micros / 1_000_000).toFixed(1);

export function heatMap(input: HeatMap): Chart {
  const filled = input.columns.flatMap(({ good }) => (good === undefined ? [] : [good]));
  const least = filled.reduce((low, good) => Math.min(low, valueAtRank(good, 1)), Infinity);
  const most = filled.reduce((high, good) => Math.max(high, slowest(good)), 1);
  // The same round ends as the axis has, so that cells and ticks agree.
  const { low, high } = latencyScale(Number.isFinite(least) ? least : 1, most, 1, 0);
  const cellEdges = Array.from({ length: rows + 1 }, (_, row) => low * (high / low) ** (row / rows));
  const columns = input.columns.map((column) => countColumn(column, cellEdges));
  const fullest = columns.reduce((max, column) => Math.max(max, ...column.counts), 1);
  const drawn = (layout: Layout): Drawing => draw(input, columns, cellEdges, fullest, layout);
  return {
    id: input.id,
    title: input.title,
    description: `Good answers by time and response latency; darker means more, up to ${fullest} in one cell.`,
    size: 'half',
    wide: drawn(layouts.wide),
    narrow: drawn(layouts.narrow),
    legend: [
      ['heat-low', '1 answer'],
      ['heat-high', `${fullest} answers`],
    ],
    table: {
      columns: ['from – to, s', 'good answers', 'fastest', 'slowest'],
      rows: columns.map((column) => [
        `${seconds(column.fromMicros)} – ${seconds(column.toMicros)}`,
        String(column.answers),
        column.answers === 0 ? '–' : formatDuration(column.fastest),
        column.answers === 0 ? '–' : formatDuration(column.slowest),
      ]),
    },
  };
}

type Layout = (typeof layouts)[keyof typeof layouts];

function countColumn(column: HeatColumn, cellEdges: readonly number[]): Counted {
  const { fromMicros, toMicros, good } = column;
  if (good === undefined || good.totalCount === 0) {
    return { fromMicros, toMicros, counts: [], answers: 0, fastest: 0, slowest: 0 };
  }
  // The lowest edge lies below everything and the highest above it, so nothing falls outside.
  const above = cellEdges.map((edge, index) =>
    index === 0 ? good.totalCount : index === cellEdges.length - 1 ? 0 : countAbove(good, Math.round(edge)),
  );
  return {
    ...{ fromMicros, toMicros },
    counts: above.slice(0, -1).map((count, index) => count - (above[index + 1] ?? 0)),
    answers: good.totalCount,
    fastest: valueAtRank(good, 1),
    slowest: slowest(good),
  };
}

function draw(
  input: HeatMap,
  columns: readonly Counted[],
  cellEdges: readonly number[],
  fullest: number,
  layout: Layout,
): Drawing {
  const right = layout.width - layout.right;
  const { x, ticks: xTicks } = timeScale(input.endMicros, layout.left, right, layout.ticks);
  const lanes = lanesOf(input.windows, x, right);
  const plane = planeOf(layout.width, layout.height, layout.left, layout.right, laneCount(lanes));
  const [low = 1, high = 2] = [cellEdges[0], cellEdges.at(-1)];
  const { y, ticks: yTicks } = latencyScale(low, high, plane.height - plane.bottom, plane.top + 4);
  const cells = columns.map((column) => drawColumn(column, cellEdges, fullest, x, y));
  const frame = drawFrame({
    plane,
    xTicks,
    yTicks,
    xLabel: 'time since the load began',
    yLabel: 'response latency',
  });
  return {
    width: plane.width,
    height: plane.height,
    marks: drawLanes(lanes, plane, x) + frame + cells.join(''),
  };
}

/** One group per column with a title to hover over; cells of one darkness are one path. */
function drawColumn(
  column: Counted,
  cellEdges: readonly number[],
  fullest: number,
  x: Scale,
  y: Scale,
): string {
  if (column.answers === 0) return '';
  const left = x(column.fromMicros);
  const width = Math.max(0.6, x(column.toMicros) - left - 0.6);
  const paths = new Map<number, string>();
  column.counts.forEach((count, row) => {
    if (count === 0) return;
    const level = Math.max(1, Math.ceil((Math.log1p(count) / Math.log1p(fullest)) * levels));
    const bottom = y(cellEdges[row] ?? 1);
    const height = bottom - y(cellEdges[row + 1] ?? 1);
    const cell = `M${px(left)},${px(bottom)}h${px(width)}v${px(-Math.max(0.5, height - 0.5))}h${px(-width)}z`;
    paths.set(level, (paths.get(level) ?? '') + cell);
  });
  const title = `${seconds(column.fromMicros)} s to ${seconds(column.toMicros)} s: ${column.answers} good answers, ${formatDuration(column.fastest)} to ${formatDuration(column.slowest)}`;
  const cells = [...paths].map(([level, path]) => `<path class="heat h${level}" d="${path}"/>`);
  return `<g><title>${escapeMarkup(title)}</title>${cells.join('')}</g>`;
}
