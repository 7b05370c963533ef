// One metric in every pair of runs: a dot before, a dot after, a line between them. The unit of comparison, undisguised.

import type { Chart } from './figure.ts';
import { drawFrame, px, type Tick } from './frame.ts';
import { latencyScale, linearScale } from './scales.ts';

export interface PairDots {
  readonly id: string;
  readonly title: string;
  readonly pairs: readonly {
    readonly pair: number;
    readonly before: number | null;
    readonly after: number | null;
    readonly beforeAtLeast: boolean;
    readonly afterAtLeast: boolean;
  }[];
  readonly scale: 'latency' | 'linear';
  readonly format: (value: number) => string;
}

const size = { width: 350, height: 220, left: 62, right: 12, top: 24, bottom: 36 };

export function pairDots(input: PairDots): Chart {
  const values = input.pairs.flatMap((pair) => [pair.before, pair.after]).filter((value) => value !== null);
  const base = size.height - size.bottom;
  const max = Math.max(0, ...values);
  const positive = values.filter((value) => value > 0);
  const { y, ticks } =
    input.scale === 'latency' && positive.length > 0
      ? latencyScale(Math.min(...positive), max, base, size.top)
      : linearScale(max, base, size.top, input.format);
  const step = (size.width - size.left - size.right) / Math.max(1, input.pairs.length);
  const xTicks: Tick[] = input.pairs.map((pair, index) => ({
    at: size.left + step * (index + 0.5),
    text: String(pair.pair),
  }));
  const dots = input.pairs.map((pair, index) =>
    drawPair(pair, (xTicks[index] ?? { at: 0 }).at, Math.min(8, step / 4), y),
  );
  const shown = (value: number | null, atLeast: boolean): string =>
    value === null ? '–' : `${atLeast ? '≥ ' : ''}${input.format(value)}`;
  const rows = input.pairs.map((pair) => [
    String(pair.pair),
    shown(pair.before, pair.beforeAtLeast),
    shown(pair.after, pair.afterAtLeast),
  ]);
  return {
    id: input.id,
    title: input.title,
    description: `${input.title} in each pair of runs. ${rows.map(([pair, before, after]) => `Pair ${pair ?? ''}: before ${before ?? ''}, after ${after ?? ''}.`).join(' ')}`,
    width: size.width,
    height: size.height,
    drawing: drawFrame({ ...size, xTicks, yTicks: ticks, xLabel: 'pair', yLabel: '' }) + dots.join(''),
    legend: [
      ['before', 'before'],
      ['after', 'after'],
    ],
    table: { columns: ['pair', 'before', 'after'], rows },
  };
}

function drawPair(
  pair: PairDots['pairs'][number],
  x: number,
  offset: number,
  y: (value: number) => number,
): string {
  const marks: string[] = [];
  const [beforeX, afterX] = [x - offset, x + offset];
  if (pair.before !== null && pair.after !== null) {
    marks.push(
      `<line class="pair-line" x1="${px(beforeX)}" y1="${px(y(pair.before))}" x2="${px(afterX)}" y2="${px(y(pair.after))}"/>`,
    );
  }
  if (pair.before !== null) {
    marks.push(`<circle class="mark before" cx="${px(beforeX)}" cy="${px(y(pair.before))}" r="4.5"/>`);
    if (pair.beforeAtLeast) marks.push(lowerBound(beforeX, y(pair.before), 'before'));
  }
  if (pair.after !== null) {
    marks.push(
      `<rect class="mark after" x="${px(afterX - 4)}" y="${px(y(pair.after) - 4)}" width="8" height="8"/>`,
    );
    if (pair.afterAtLeast) marks.push(lowerBound(afterX, y(pair.after), 'after'));
  }
  return marks.join('');
}

/** An arrow up: the true value is at least this. */
const lowerBound = (x: number, y: number, className: string): string =>
  `<path class="line ${className} solid" d="M${px(x)},${px(y - 6)}v-10m-3,4l3,-4l3,4"/>`;
