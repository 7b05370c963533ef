// A metric over the days: every run a dot, levels as lines, changes as marks between runs, the forecast as a fan to its limit.

import type { Chart, Drawing } from './figure.ts';
import { drawFrame, type Plane, planeOf } from './frame.ts';
import type { Scale } from './scales.ts';
import { fit, label, px, textWidth } from './text.ts';
import { dateScale, valueScale } from './trend-axis.ts';

interface TrendDot {
  readonly atMs: number;
  readonly value: number;
  readonly atLeast: boolean;
}

export interface TrendMark {
  /** Between the last run of the old level and the first of the new one. */
  readonly atMs: number;
  readonly label: string;
  readonly className: 'regressed' | 'improved' | 'accepted' | 'other';
}

interface FanPoint {
  readonly atMs: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface TrendChart {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly dots: readonly TrendDot[];
  readonly levels: readonly { readonly fromMs: number; readonly toMs: number; readonly median: number }[];
  readonly marks: readonly TrendMark[];
  readonly limits: readonly { readonly text: string; readonly value: number }[];
  /** Empty: there is none. */
  readonly fan: readonly FanPoint[];
  readonly isLatency: boolean;
  readonly format: (value: number) => string;
  readonly table: Chart['table'];
}

const layouts = {
  wide: { width: 980, height: 240, left: 70, right: 16, ticks: 10 },
  narrow: { width: 480, height: 220, left: 64, right: 14, ticks: 5 },
} as const;

type Layout = (typeof layouts)[keyof typeof layouts];
/** Room for the arrows of lower bounds. */
const markRoom = 14;
const labelPx = 12;

export function trendChart(chart: TrendChart): Chart {
  const { id, title, description, table } = chart;
  const has = (className: TrendMark['className']): boolean =>
    chart.marks.some((mark) => mark.className === className);
  const legend: (readonly [string, string])[] = [
    ['trend-dot', 'one run'],
    ['s1', 'median of a level'],
    ...(has('regressed') ? [['change-regressed', 'regressed'] as const] : []),
    ...(has('improved') ? [['change-improved', 'improved'] as const] : []),
    ...(has('accepted') ? [['change-accepted', 'regressed, accepted'] as const] : []),
    ...(has('other') ? [['change-other', 'another change'] as const] : []),
    ...(chart.fan.length > 0 ? [['s2', 'line and its 95 % prediction interval'] as const] : []),
    ...(chart.limits.length > 0 ? [['limit', 'limit'] as const] : []),
    ...(chart.dots.some(({ atLeast }) => atLeast) ? [['at-least', 'at least that much'] as const] : []),
  ];
  return {
    ...{ id, title, description, legend, table },
    size: 'full',
    wide: draw(chart, layouts.wide),
    narrow: draw(chart, layouts.narrow),
  };
}

function draw(chart: TrendChart, layout: Layout): Drawing {
  const moments = [...chart.dots, ...chart.fan].map(({ atMs }) => atMs);
  const first = moments.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const last = moments.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const right = layout.width - layout.right;
  const { x, ticks: xTicks } = dateScale(first, last, layout.left + 6, right - 6, layout.ticks);
  const marks = placed(chart.marks, x, layout.left, right);
  const lanes = marks.reduce((most, { lane }) => Math.max(most, lane + 1), 0);
  const plane = planeOf(layout.width, layout.height, layout.left, layout.right, lanes);
  const values = [...chart.dots, ...chart.limits, ...chart.fan].map(({ value }) => value);
  const base = plane.height - plane.bottom;
  const { y, ticks: yTicks } = valueScale(
    { values, isLatency: chart.isLatency, format: chart.format },
    base,
    plane.top + markRoom,
  );
  return {
    width: plane.width,
    height: plane.height,
    marks: [
      drawFan(chart.fan, x, y),
      drawFrame({ plane, xTicks, yTicks, xLabel: 'when the run began, UTC', yLabel: '' }),
      ...chart.limits.map((limit) => drawLimit(limit, plane, y)),
      ...chart.levels.map(({ fromMs, toMs, median }) => drawLevel(x(fromMs), x(toMs), y(median))),
      ...chart.dots.map((dot) => drawDot(dot, x, y)),
      ...marks.map((mark) => drawMark(mark, plane)),
    ].join(''),
  };
}

/** A level of one run is still seen. */
const drawLevel = (from: number, to: number, y: number): string =>
  `<path class="line s1" d="M${px(Math.min(from, to - 6))},${px(y)}H${px(Math.max(to, from + 6))}"/>`;

function drawDot({ atMs, value, atLeast }: TrendDot, x: Scale, y: Scale): string {
  const [left, top] = [x(atMs), y(value)];
  const dot = `<circle class="trend-dot" cx="${px(left)}" cy="${px(top)}" r="2.5"/>`;
  return atLeast
    ? `${dot}<path class="line s4" d="M${px(left)},${px(top - 4)}v-8m-2.5,3.5l2.5,-3.5l2.5,3.5"/>`
    : dot;
}

function drawLimit({ text, value }: TrendChart['limits'][number], plane: Plane, y: Scale): string {
  const at = y(value);
  const right = plane.width - plane.right;
  return (
    `<line class="limit" x1="${px(plane.left)}" x2="${px(right)}" y1="${px(at)}" y2="${px(at)}"/>` +
    label({
      className: 'shade-label',
      anchor: 'end',
      x: right - 4,
      y: at - 4,
      text: fit(text, plane.width / 2, labelPx),
    })
  );
}

interface PlacedMark {
  readonly mark: TrendMark;
  readonly x: number;
  /** Left end of its words. */
  readonly textX: number;
  readonly text: string;
  readonly lane: number;
}

/** Words that would overlap get lanes of their own. */
function placed(marks: readonly TrendMark[], x: Scale, left: number, right: number): PlacedMark[] {
  const ends: number[] = [];
  return marks.map((mark) => {
    const at = x(mark.atMs);
    const text = fit(mark.label, right - left, labelPx);
    const width = textWidth(text, labelPx);
    const textX = Math.max(left, Math.min(at + 4, right - width));
    const free = ends.findIndex((end) => end < textX - 8);
    const lane = free === -1 ? ends.length : free;
    ends[lane] = textX + width;
    return { mark, x: at, textX, text, lane };
  });
}

const laneHeight = 17;

/** A line across the plane and its words above it: never colour alone. */
function drawMark({ mark, x, textX, text, lane }: PlacedMark, plane: Plane): string {
  const base = plane.height - plane.bottom;
  const y = plane.top - 4 - lane * laneHeight;
  return (
    `<line class="change ${mark.className}" x1="${px(x)}" x2="${px(x)}" y1="${px(y - 11)}" y2="${px(base)}"/>` +
    label({ className: 'shade-label', x: textX, y, text })
  );
}

function drawFan(fan: readonly FanPoint[], x: Scale, y: Scale): string {
  if (fan.length === 0) return '';
  const along = (pick: (point: FanPoint) => number, points = fan): string =>
    points.map((point) => `${px(x(point.atMs))},${px(y(pick(point)))}`).join('L');
  const upper = along(({ high }) => high);
  const lower = along(({ low }) => low, [...fan].reverse());
  return (
    `<path class="fan" d="M${upper}L${lower}Z"/>` +
    `<path class="line s2" d="M${along(({ value }) => value)}"/>`
  );
}
