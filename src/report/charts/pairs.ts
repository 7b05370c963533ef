// One metric in every pair of runs: a dot before, a square after, a line between them. The unit of comparison, undisguised.

import type { Chart } from './figure.ts';
import { drawFrame, planeOf } from './frame.ts';
import { latencyScale, linearScale, type Scale } from './scales.ts';
import { label, px } from './text.ts';

interface Pair {
  readonly pair: number;
  /** null = not computable. */
  readonly before: number | null;
  readonly after: number | null;
  readonly beforeAtLeast: boolean;
  readonly afterAtLeast: boolean;
}

export interface PairDots {
  readonly id: string;
  readonly title: string;
  readonly pairs: readonly Pair[];
  readonly scale: 'latency' | 'linear';
  readonly format: (value: number) => string;
  /** Names of the two variants. */
  readonly names: { readonly before: string; readonly after: string };
}

/** Nothing is written above these planes. */
const spare = 18;
const framed = planeOf(360, 170, 62, 10);
const plane = { ...framed, top: framed.top - spare, height: framed.height - spare };
const base = plane.height - plane.bottom;

export function pairDots(input: PairDots): Chart {
  const values = input.pairs.flatMap((pair) => [pair.before, pair.after]).filter((value) => value !== null);
  const max = values.reduce((a, b) => Math.max(a, b), 0);
  const positive = values.filter((value) => value > 0);
  const { y, ticks } =
    input.scale === 'latency' && positive.length === values.length && values.length > 0
      ? latencyScale(Math.min(...positive), max, base, plane.top + 16)
      : linearScale(max, base, plane.top + 16, input.format);
  const step = (plane.width - plane.left - plane.right) / Math.max(1, input.pairs.length);
  const xTicks = input.pairs.map((pair, index) => ({
    at: plane.left + step * (index + 0.5),
    text: String(pair.pair),
  }));
  const dots = input.pairs.map((pair, index) =>
    drawPair(pair, xTicks[index]?.at ?? 0, Math.min(9, step / 4), y),
  );
  const rows = input.pairs.map((pair) => [
    String(pair.pair),
    shown(pair.before, pair.beforeAtLeast, input.format),
    shown(pair.after, pair.afterAtLeast, input.format),
  ]);
  const { before, after } = input.names;
  return {
    id: input.id,
    title: input.title,
    description: `${input.title} in each pair of runs. ${rows.map(([pair = '', first = '', second = '']) => `Pair ${pair}: ${before} ${first}, ${after} ${second}.`).join(' ')}`,
    size: 'small',
    wide: {
      width: plane.width,
      height: plane.height,
      marks: drawFrame({ plane, xTicks, yTicks: ticks, xLabel: 'pair', yLabel: '' }) + dots.join(''),
    },
    legend: [
      ['before', before],
      ['after', after],
    ],
    table: { columns: ['pair', before, after], rows },
  };
}

const shown = (value: number | null, atLeast: boolean, format: PairDots['format']): string =>
  value === null ? 'not computable' : `${atLeast ? '≥ ' : ''}${format(value)}`;

function drawPair(pair: Pair, x: number, offset: number, y: Scale): string {
  const { before, after } = pair;
  const marks: string[] = [];
  const [beforeX, afterX] = [x - offset, x + offset];
  if (before !== null && after !== null) {
    marks.push(
      `<line class="pair-line" x1="${px(beforeX)}" y1="${px(y(before))}" x2="${px(afterX)}" y2="${px(y(after))}"/>`,
    );
  }
  if (before === null) marks.push(absent(beforeX));
  else {
    marks.push(`<circle class="mark before" cx="${px(beforeX)}" cy="${px(y(before))}" r="4.5"/>`);
    if (pair.beforeAtLeast) marks.push(lowerBound(beforeX, y(before), 'before'));
  }
  if (after === null) marks.push(absent(afterX));
  else {
    marks.push(
      `<rect class="mark after" x="${px(afterX - 4)}" y="${px(y(after) - 4)}" width="8" height="8"/>`,
    );
    if (pair.afterAtLeast) marks.push(lowerBound(afterX, y(after), 'after'));
  }
  return marks.join('');
}

/** Nothing could be computed in that run: said, not left out. */
const absent = (x: number): string =>
  label({ className: 'tick', anchor: 'middle', x, y: base - 6, text: '?' });

/** An arrow up: the true value is at least this. */
const lowerBound = (x: number, y: number, className: string): string =>
  `<path class="line ${className} solid" d="M${px(x)},${px(y - 6)}v-9m-3,4l3,-4l3,4"/>`;
