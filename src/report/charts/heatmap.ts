// The latency heat map: time across, latency up (logarithmic), darkness for how many answers. Two modes show as two bands.

import type { Histogram } from 'hdr-histogram-js';
import { countAbove } from '../../measure/histogram.ts';
import { formatDuration } from '../../kernel/units.ts';
import type { Chart } from './figure.ts';
import { drawFrame, px } from './frame.ts';
import { latencyScale, timeScale } from './scales.ts';

export interface HeatColumn {
  readonly startMicros: number;
  readonly endMicros: number;
  readonly histogram: Histogram | undefined;
}

const size = { width: 720, height: 230, left: 62, right: 16, top: 26, bottom: 38 };
const rows = 22;
const levels = 6;

export function heatMap(id: string, title: string, columns: readonly HeatColumn[], endMicros: number): Chart {
  const filled = columns.flatMap((column) => (column.histogram === undefined ? [] : [column.histogram]));
  const low = Math.max(1, Math.min(...filled.map((histogram) => histogram.minNonZeroValue), 1e9));
  const high = Math.max(...filled.map((histogram) => histogram.maxValue), low * 10);
  const base = size.height - size.bottom;
  const { x, ticks: xTicks } = timeScale(endMicros, size.left, size.width - size.right);
  const { y, ticks: yTicks } = latencyScale(low, high, base, size.top);
  const edges = Array.from({ length: rows + 1 }, (_, row) => low * (high / low) ** (row / rows));
  const counted = columns.map((column) => ({ column, counts: cellCounts(column.histogram, edges) }));
  const most = Math.max(1, ...counted.flatMap((entry) => entry.counts));
  const cells = counted.flatMap(({ column, counts }) =>
    counts.map((count, row) => {
      if (count === 0) return '';
      const [lowEdge = low, highEdge = high] = [edges[row], edges[row + 1]];
      const level = Math.max(1, Math.ceil((Math.log1p(count) / Math.log1p(most)) * levels));
      const [top, bottom] = [y(highEdge), y(lowEdge)];
      return `<rect class="heat h${level}" x="${px(x(column.startMicros))}" y="${px(top)}" width="${px(Math.max(0.5, x(column.endMicros) - x(column.startMicros) - 0.6))}" height="${px(Math.max(0.5, bottom - top - 0.4))}"/>`;
    }),
  );
  return {
    id,
    title,
    description: `Good answers by second and response latency; darker means more, up to ${most} in one cell.`,
    width: size.width,
    height: size.height,
    drawing:
      drawFrame({
        ...size,
        xTicks,
        yTicks,
        xLabel: 'time since the load began',
        yLabel: 'response latency',
      }) + cells.join(''),
    legend: [
      ['heat-low', 'few answers'],
      ['heat-high', `up to ${most}`],
    ],
    table: {
      columns: ['second', 'answers', 'fastest', 'slowest'],
      rows: columns.map((column) => [
        (column.startMicros / 1_000_000).toFixed(1),
        String(column.histogram?.totalCount ?? 0),
        column.histogram === undefined ? '–' : formatDuration(column.histogram.minNonZeroValue),
        column.histogram === undefined ? '–' : formatDuration(column.histogram.maxValue),
      ]),
    },
  };
}

function cellCounts(histogram: Histogram | undefined, edges: readonly number[]): number[] {
  if (histogram === undefined) return Array.from({ length: edges.length - 1 }, () => 0);
  const above = edges.map((edge, index) =>
    index === 0 ? histogram.totalCount : countAbove(histogram, Math.round(edge)),
  );
  return above.slice(0, -1).map((count, index) => {
    const next = index === edges.length - 2 ? 0 : (above[index + 1] ?? 0);
    return Math.max(0, count - next);
  });
}
