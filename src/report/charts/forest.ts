// The forest plot: each metric's estimated change with its interval, against the band that counts as no change.

import { scaleLinear } from 'd3-scale';
import { escapeMarkup } from '../escape.ts';
import type { Chart } from './figure.ts';
import { px } from './frame.ts';

export interface ForestRow {
  readonly name: string;
  /** As a relative change or in points; what the labels say comes ready-made. */
  readonly estimate: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly openLow: boolean;
  readonly openHigh: boolean;
  readonly tolerance: number;
  readonly outcome: string;
  /** `−88 % (−91 … −85)` */
  readonly label: string;
}

export interface ForestPlot {
  readonly id: string;
  readonly title: string;
  readonly rows: readonly ForestRow[];
  /** Under the axis: `ln(after/before)` shown as percent, or points. */
  readonly axis: string;
  readonly formatTick: (value: number) => string;
  readonly lowText: string;
  readonly highText: string;
}

const width = 720;
const left = 230;
const right = 170;
const rowHeight = 30;
const top = 34;

export function forestPlot(plot: ForestPlot): Chart {
  const ends = plot.rows.flatMap((row) => [row.estimate, row.low, row.high, row.tolerance, -row.tolerance]);
  const reach = Math.max(0.05, ...ends.map((value) => Math.abs(value ?? 0))) * 1.08;
  const lowest = Math.min(...ends.map((value) => value ?? 0), 0);
  const highest = Math.max(...ends.map((value) => value ?? 0), 0);
  const from = lowest < -0.2 * reach ? lowest * 1.08 : -0.2 * reach;
  const to = highest > 0.2 * reach ? highest * 1.08 : 0.2 * reach;
  const scale = scaleLinear([from, to], [left, width - right]);
  const height = top + plot.rows.length * rowHeight + 40;
  const base = height - 34;
  const ticks = scale
    .ticks(5)
    .map(
      (tick) =>
        `<line class="grid" x1="${px(scale(tick))}" x2="${px(scale(tick))}" y1="${top - 6}" y2="${px(base)}"/>` +
        `<text class="tick" text-anchor="middle" x="${px(scale(tick))}" y="${px(base + 16)}">${escapeMarkup(plot.formatTick(tick))}</text>`,
    );
  const zero = `<line class="axis" x1="${px(scale(0))}" x2="${px(scale(0))}" y1="${top - 6}" y2="${px(base)}"/>`;
  const rows = plot.rows.map((row, index) => drawRow(row, top + index * rowHeight + rowHeight / 2, scale));
  const sides =
    `<text class="axis-label" text-anchor="end" x="${px(scale(0) - 8)}" y="14">← ${escapeMarkup(plot.lowText)}</text>` +
    `<text class="axis-label" x="${px(scale(0) + 8)}" y="14">${escapeMarkup(plot.highText)} →</text>`;
  return {
    id: plot.id,
    title: plot.title,
    description: `Estimated change of each metric with its 95 % interval. ${plot.rows.map((row) => `${row.name}: ${row.label}, ${row.outcome}.`).join(' ')}`,
    width,
    height,
    drawing: `${ticks.join('')}${zero}${sides}${rows.join('')}<text class="axis-label" text-anchor="end" x="${width - right}" y="${height - 2}">${escapeMarkup(plot.axis)}</text>`,
    legend: [],
    table: {
      columns: ['metric', 'change (95 % interval)', 'outcome'],
      rows: plot.rows.map((row) => [row.name, row.label, row.outcome]),
    },
  };
}

function drawRow(row: ForestRow, y: number, scale: (value: number) => number): string {
  const name = row.name.length > 34 ? `${row.name.slice(0, 33)}…` : row.name;
  const outcome = row.outcome.replaceAll(' ', '-');
  const parts = [
    `<text class="row-label" text-anchor="end" x="${left - 14}" y="${px(y + 4)}">${escapeMarkup(name)}</text>`,
    `<rect class="band" x="${px(scale(-row.tolerance))}" y="${px(y - 11)}" width="${px(scale(row.tolerance) - scale(-row.tolerance))}" height="22"/>`,
    `<text class="row-value ${outcome}" x="${width - right + 10}" y="${px(y + 4)}">${escapeMarkup(row.label)}</text>`,
  ];
  if (row.estimate === null) return parts.join('');
  const lowAt = row.openLow || row.low === null ? left : scale(row.low);
  const highAt = row.openHigh || row.high === null ? width - right : scale(row.high);
  const cap = (at: number, open: boolean, direction: number): string =>
    open
      ? `<path class="whisker ${outcome}" d="M${px(at - direction * 6)},${px(y - 4)}L${px(at)},${px(y)}L${px(at - direction * 6)},${px(y + 4)}"/>`
      : `<line class="whisker ${outcome}" x1="${px(at)}" x2="${px(at)}" y1="${px(y - 5)}" y2="${px(y + 5)}"/>`;
  parts.push(
    `<line class="whisker ${outcome}" x1="${px(lowAt)}" x2="${px(highAt)}" y1="${px(y)}" y2="${px(y)}"/>`,
    cap(lowAt, row.openLow || row.low === null, -1),
    cap(highAt, row.openHigh || row.high === null, 1),
    `<rect class="estimate ${outcome}" x="${px(scale(row.estimate) - 4.5)}" y="${px(y - 4.5)}" width="9" height="9"/>`,
  );
  return parts.join('');
}
