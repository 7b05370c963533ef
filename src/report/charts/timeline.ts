// What happened when: the load, each fault, and the time until the service was itself again.

import { formatDuration } from '../../kernel/units.ts';
import type { Chart, Drawing } from './figure.ts';
import { type Scale, timeScale } from './scales.ts';
import { fit, label, px, textWidth } from './text.ts';

interface Bar {
  /** `load`, `warmup`, `fault`, `recovery`. */
  readonly className: string;
  /** Beside the row's name in the table. */
  readonly what: string;
  readonly fromMicros: number;
  readonly toMicros: number;
}

export interface TimelineRow {
  readonly name: string;
  readonly bars: readonly Bar[];
}

const layouts = {
  wide: {
    width: 1000,
    left: 190,
    right: 20,
    rowHeight: 34,
    barAt: 17,
    labelAt: 21,
    ticks: 12,
    stacked: false,
  },
  narrow: { width: 360, left: 12, right: 16, rowHeight: 50, barAt: 32, labelAt: 16, ticks: 5, stacked: true },
} as const;

type Layout = (typeof layouts)[keyof typeof layouts];
const barHeight = 18;
const top = 6;
const foot = 44;

export function timeline(id: string, title: string, rows: readonly TimelineRow[], endMicros: number): Chart {
  const told = rows.flatMap((row) =>
    row.bars.map((bar) => ({ row: row.name, ...bar, lasted: bar.toMicros - bar.fromMicros })),
  );
  return {
    id,
    title,
    description: told
      .map((bar) => `${bar.row}, ${bar.what}: ${at(bar.fromMicros)} for ${formatDuration(bar.lasted)}.`)
      .join(' '),
    size: 'full',
    wide: draw(rows, endMicros, layouts.wide),
    narrow: draw(rows, endMicros, layouts.narrow),
    legend: [...new Map(told.map((bar) => [bar.className, bar.what]))].map(
      ([className, what]) => [`bar-key ${className}`, what] as const,
    ),
    table: {
      columns: ['row', 'what', 'from', 'to', 'lasted'],
      rows: told.map((bar) => [
        bar.row,
        bar.what,
        at(bar.fromMicros),
        at(bar.toMicros),
        formatDuration(bar.lasted),
      ]),
    },
  };
}

const at = (micros: number): string => (micros === 0 ? '0s' : formatDuration(micros));

function draw(rows: readonly TimelineRow[], endMicros: number, layout: Layout): Drawing {
  const right = layout.width - layout.right;
  const { x, ticks } = timeScale(endMicros, layout.left, right, layout.ticks);
  const base = top + rows.length * layout.rowHeight;
  const grid = ticks.map(
    (tick) =>
      `<line class="grid" x1="${px(tick.at)}" x2="${px(tick.at)}" y1="${top}" y2="${base}"/>` +
      label({ className: 'tick', anchor: 'middle', x: tick.at, y: base + 18, text: tick.text }),
  );
  const bars = rows.map((row, index) => {
    const from = top + index * layout.rowHeight;
    const name = layout.stacked
      ? label({
          className: 'row-label',
          x: layout.left,
          y: from + layout.labelAt,
          text: fit(row.name, right - layout.left),
        })
      : label({
          className: 'row-label',
          anchor: 'end',
          x: layout.left - 14,
          y: from + layout.labelAt,
          text: fit(row.name, layout.left - 18),
        });
    return name + row.bars.map((bar) => drawBar(bar, from + layout.barAt, x)).join('');
  });
  const axis = `<line class="axis" x1="${layout.left}" x2="${right}" y1="${base}" y2="${base}"/>`;
  const named = label({
    className: 'axis-label',
    anchor: 'end',
    x: right,
    y: base + foot - 6,
    text: 'time since the load began',
  });
  return { width: layout.width, height: base + foot, marks: [...grid, axis, ...bars, named].join('') };
}

/** With how long it lasted, where that fits inside. */
function drawBar(bar: Bar, y: number, x: Scale): string {
  const from = x(bar.fromMicros);
  const width = Math.max(2, x(bar.toMicros) - from);
  const text = formatDuration(bar.toMicros - bar.fromMicros);
  const inside = textWidth(text, 12) + 8 <= width;
  return (
    `<rect class="bar ${bar.className}" x="${px(from)}" y="${px(y - barHeight / 2)}" width="${px(width)}" height="${barHeight}"/>` +
    (inside ? label({ className: 'bar-text', x: from + 5, y: y + 4.5, text }) : '')
  );
}
