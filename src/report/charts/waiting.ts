// Response against service latency: what a request took from the moment it was due, and from the moment it was sent.
// The distance between the two is time spent waiting to be sent.

import { formatDuration } from '../../kernel/units.ts';
import type { Chart, Drawing } from './figure.ts';
import { latencyScaleAcross, type Scale } from './scales.ts';
import { fit, label, px, textWidth } from './text.ts';

export interface WaitingRow {
  readonly name: string;
  /** `p95`, or `p50` where there are too few samples for it. */
  readonly quantile: string;
  readonly responseMicros: number;
  readonly serviceMicros: number;
}

const layouts = {
  wide: { width: 1000, left: 240, right: 190, rowHeight: 30, planeAt: 15, stacked: false },
  narrow: { width: 360, left: 16, right: 16, rowHeight: 48, planeAt: 34, stacked: true },
} as const;

type Layout = (typeof layouts)[keyof typeof layouts];
const top = 26;
const foot = 44;

export function waitingChart(id: string, title: string, rows: readonly WaitingRow[]): Chart {
  return {
    id,
    title,
    description: rows.map((row) => `${row.name} ${row.quantile}: ${words(row)}.`).join(' '),
    size: 'full',
    wide: draw(rows, layouts.wide),
    narrow: draw(rows, layouts.narrow),
    legend: [
      ['response-key', 'response, from due'],
      ['service-key', 'service, from sent'],
    ],
    table: {
      columns: ['series', 'quantile', 'response', 'service', 'difference'],
      rows: rows.map((row) => [
        row.name,
        row.quantile,
        formatDuration(row.responseMicros),
        formatDuration(row.serviceMicros),
        formatDuration(row.responseMicros - row.serviceMicros),
      ]),
    },
  };
}

const words = (row: WaitingRow): string =>
  `${formatDuration(row.responseMicros)} response, ${formatDuration(row.serviceMicros)} service`;

function draw(rows: readonly WaitingRow[], layout: Layout): Drawing {
  const right = layout.width - layout.right;
  const values = rows
    .flatMap((row) => [row.responseMicros, row.serviceMicros])
    .map((value) => Math.max(1, value));
  const { x, ticks } = latencyScaleAcross(Math.min(...values), Math.max(...values), layout.left, right);
  const base = top + rows.length * layout.rowHeight;
  const grid = ticks.map(
    (tick) =>
      `<line class="grid" x1="${px(tick.at)}" x2="${px(tick.at)}" y1="${top - 4}" y2="${base}"/>` +
      label({ className: 'tick', anchor: 'middle', x: tick.at, y: base + 18, text: tick.text }),
  );
  const drawn = rows.map((row, index) => {
    const from = top + index * layout.rowHeight;
    return drawTexts(row, from, layout, right) + drawMarks(row, from + layout.planeAt, x);
  });
  const axis = `<line class="axis" x1="${layout.left}" x2="${right}" y1="${base}" y2="${base}"/>`;
  const named = label({
    className: 'axis-label',
    anchor: 'end',
    x: right,
    y: base + foot - 6,
    text: 'latency, logarithmic',
  });
  const heading = layout.stacked
    ? label({ className: 'axis-label', anchor: 'end', x: right, y: 14, text: 'response · service' })
    : label({ className: 'axis-label', x: right + 16, y: 14, text: 'response · service' });
  return {
    width: layout.width,
    height: base + foot,
    marks: [...grid, axis, heading, ...drawn, named].join(''),
  };
}

function drawMarks(row: WaitingRow, y: number, x: Scale): string {
  const response = x(Math.max(1, row.responseMicros));
  const service = x(Math.max(1, row.serviceMicros));
  return (
    `<line class="waiting" x1="${px(service)}" x2="${px(response)}" y1="${px(y)}" y2="${px(y)}"/>` +
    `<circle class="service" cx="${px(service)}" cy="${px(y)}" r="5"/>` +
    `<rect class="response" x="${px(response - 4)}" y="${px(y - 4)}" width="8" height="8"/>`
  );
}

function drawTexts(row: WaitingRow, from: number, layout: Layout, right: number): string {
  const name = `${row.name} · ${row.quantile}`;
  const figures = `${formatDuration(row.responseMicros)} · ${formatDuration(row.serviceMicros)}`;
  if (layout.stacked) {
    const room = right - layout.left - textWidth(figures) - 10;
    return (
      label({ className: 'row-label', x: layout.left, y: from + 18, text: fit(name, room) }) +
      label({ className: 'row-value', anchor: 'end', x: right, y: from + 18, text: figures })
    );
  }
  const y = from + layout.planeAt + 4.5;
  return (
    label({
      className: 'row-label',
      anchor: 'end',
      x: layout.left - 14,
      y,
      text: fit(name, layout.left - 18),
    }) + label({ className: 'row-value', x: right + 16, y, text: figures })
  );
}
