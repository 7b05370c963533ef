// The forest plot: each metric's estimated change with its interval, against the band that counts as no change.

import { scaleLinear } from 'd3-scale';
import type { Chart, Drawing } from './figure.ts';
import { type Band, drawEstimate, type ForestRow } from './forest-row.ts';
import type { Scale, Tick } from './scales.ts';
import { fit, label, px, textWidth } from './text.ts';

export interface ForestPlot {
  readonly id: string;
  readonly title: string;
  readonly rows: readonly ForestRow[];
  /** Of the intervals: `95 %`. */
  readonly level: string;
  /** Under the axis: what its numbers are. */
  readonly axis: string;
  /** Round values in order of how much they tell, e.g. 0, then −50 %; those that fit become ticks. */
  readonly ticks: readonly { readonly value: number; readonly text: string }[];
  /** The tolerance band of a row on the effect's scale; null = it has no end on that side. */
  readonly bandOf: (tolerance: number) => Band;
}

/** Wide: name, plane, change and outcome side by side. Narrow: name and outcome, the plane, the change below each other. */
const layouts = {
  wide: { width: 1000, left: 260, right: 360, rowHeight: 38, planeAt: 0.5, stacked: false },
  narrow: { width: 360, left: 12, right: 12, rowHeight: 72, planeAt: 0.48, stacked: true },
} as const;

type Layout = (typeof layouts)[keyof typeof layouts];
const top = 30;
const foot = 42;

export function forestPlot(plot: ForestPlot): Chart {
  return {
    id: plot.id,
    title: plot.title,
    description: `Estimated change of each metric with its ${plot.level} interval. ${plot.rows.map((row) => `${row.name}: ${row.label}, ${row.called}.`).join(' ')}`,
    size: 'full',
    wide: draw(plot, layouts.wide),
    narrow: draw(plot, layouts.narrow),
    legend: [
      ['estimate-key', `estimate and ${plot.level} interval`],
      ['band-key', 'counts as no change'],
    ],
    table: {
      columns: ['metric', `change (${plot.level} interval)`, 'outcome'],
      rows: plot.rows.map((row) => [row.name, row.label, row.called]),
    },
  };
}

/** From the data, with zero always inside and some room on both sides of it. */
function domainOf(plot: ForestPlot): [number, number] {
  const values = plot.rows.flatMap((row) => {
    const band = plot.bandOf(row.tolerance);
    return [row.estimate, row.low, row.high, band.low, band.high].filter((value) => value !== null);
  });
  const low = values.reduce((a, b) => Math.min(a, b), 0);
  const high = values.reduce((a, b) => Math.max(a, b), 0);
  const reach = Math.max(high, -low, 0.001);
  return [Math.min(low * 1.06, -0.15 * reach), Math.max(high * 1.06, 0.15 * reach)];
}

function draw(plot: ForestPlot, layout: Layout): Drawing {
  const right = layout.width - layout.right;
  const scale: Scale = scaleLinear(domainOf(plot), [layout.left + 6, right - 6]);
  const base = top + plot.rows.length * layout.rowHeight;
  const grid = ticksThatFit(plot, scale, layout.left, right).map(
    (tick) =>
      `<line class="grid" x1="${px(tick.at)}" x2="${px(tick.at)}" y1="${top - 4}" y2="${base}"/>` +
      label({ className: 'tick', anchor: 'middle', x: tick.at, y: base + 18, text: tick.text }),
  );
  const rows = plot.rows.map((row, index) => {
    const from = top + index * layout.rowHeight;
    const y = from + layout.rowHeight * layout.planeAt;
    const sides = { left: layout.left, right };
    return drawEstimate(row, y, scale, sides, plot.bandOf(row.tolerance)) + drawTexts(row, from, layout);
  });
  const zero = `<line class="axis" x1="${px(scale(0))}" x2="${px(scale(0))}" y1="${top - 4}" y2="${base}"/>`;
  return {
    width: layout.width,
    height: base + foot,
    marks: [
      ...grid,
      zero,
      label({ className: 'axis-label', x: layout.left, y: 14, text: '← lower after' }),
      label({ className: 'axis-label', anchor: 'end', x: right, y: 14, text: 'higher after →' }),
      ...rows,
      label({ className: 'axis-label', anchor: 'end', x: right, y: base + foot - 5, text: plot.axis }),
    ].join(''),
  };
}

function drawTexts(row: ForestRow, from: number, layout: Layout): string {
  const outcome = `outcome ${row.outcome.replaceAll(' ', '-')}`;
  if (layout.stacked) {
    const right = layout.width - layout.right;
    const room = right - layout.left - textWidth(row.called) - 12;
    return [
      label({ className: 'row-label', x: layout.left, y: from + 16, text: fit(row.name, room) }),
      label({ className: outcome, anchor: 'end', x: right, y: from + 16, text: row.called }),
      label({ className: 'row-value', x: layout.left, y: from + 60, text: row.label }),
    ].join('');
  }
  const y = from + layout.rowHeight * layout.planeAt + 4.5;
  const column = layout.width - layout.right + 14;
  return [
    ...drawName(row.name, layout.left - 14, y),
    label({ className: 'row-value', x: column, y, text: fit(row.label, 250) }),
    label({ className: outcome, anchor: 'end', x: layout.width - 2, y, text: row.called }),
  ].join('');
}

/** `… during <phase>` goes on a line of its own. */
function drawName(name: string, x: number, y: number): string[] {
  const [measure = name, phase] = name.split(/(?= during )/);
  const lines = phase === undefined ? [measure] : [measure, phase.trim()];
  return lines.map((text, index) =>
    label({
      className: index === 0 ? 'row-label' : 'tick',
      anchor: 'end',
      x,
      y: y + (lines.length - 1) * (index === 0 ? -7 : 8),
      text: fit(text, x - 4),
    }),
  );
}

/** The most telling ticks first; one that would touch another is left out. */
function ticksThatFit(plot: ForestPlot, scale: Scale, left: number, right: number): Tick[] {
  const kept: { at: number; text: string; half: number }[] = [];
  for (const { value, text } of plot.ticks) {
    const at = scale(value);
    const half = textWidth(text) / 2 + 6;
    if (at < left || at > right || at - half < left - 12 || at + half > right + 12) continue;
    if (kept.every((other) => Math.abs(other.at - at) >= other.half + half)) kept.push({ at, text, half });
  }
  return kept.sort((a, b) => a.at - b.at);
}
