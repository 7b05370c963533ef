// Drawings: everything inside the frame, gaps stay gaps, failures leave marks, and the table says what the picture does.

import { expect, test } from 'vitest';
import { createHistogram, recordMicros } from '../../../src/measure/histogram.ts';
import type { Chart, Drawing } from '../../../src/report/charts/figure.ts';
import { figure } from '../../../src/report/charts/figure.ts';
import { heatMap } from '../../../src/report/charts/heatmap.ts';
import { type LineChart, lineChart, type TimePoint } from '../../../src/report/charts/lines.ts';
import { pairDots } from '../../../src/report/charts/pairs.ts';
import { latencyScale, linearScale, timeScale } from '../../../src/report/charts/scales.ts';
import { spectrumChart, spectrumValue } from '../../../src/report/charts/spectrum.ts';
import { forestCharts } from '../../../src/report/effect-axis.ts';
import { sampleComparison } from '../../support/comparison-data.ts';

const second = (at: number, y: number | null, beyond?: string): TimePoint => ({
  fromMicros: at * 1_000_000,
  toMicros: (at + 1) * 1_000_000,
  y,
  ...(beyond === undefined ? {} : { beyond }),
});

const lines = (points: readonly TimePoint[], more: Partial<LineChart> = {}): Chart =>
  lineChart({
    id: 'one',
    title: 'Latency',
    description: 'of something',
    endMicros: 10_000_000,
    lines: [{ name: 'p50', className: 's1', points }],
    windows: [],
    scale: 'latency',
    yLabel: 'latency',
    format: (value) => `${value}µs`,
    ...more,
  });

const layouts = (chart: Chart): Drawing[] => [
  chart.wide,
  ...(chart.narrow === undefined ? [] : [chart.narrow]),
];
const pathOf = (chart: Chart): string => /class="line s1" d="([^"]*)"/.exec(chart.wide.marks)?.[1] ?? '';
const numbers = (text: string, pattern: RegExp): number[] =>
  [...text.matchAll(pattern)].map((match) => Number(match[1]));

/** Every text and mark lies inside its drawing; widths of texts are estimated. */
function expectInside(drawing: Drawing): void {
  const texts = drawing.marks.matchAll(
    /<text class="[^"]*"(?: text-anchor="(\w+)")? x="([\d.-]+)" y="([\d.-]+)">([^<]*)</g,
  );
  for (const [, anchor = 'start', x = '', y = '', text = ''] of texts) {
    const width = text.replaceAll(/&[^;]+;/g, '_').length * 6.2;
    const from = Number(x) - (anchor === 'end' ? width : anchor === 'middle' ? width / 2 : 0);
    expect(from, text).toBeGreaterThanOrEqual(-8);
    expect(from + width, text).toBeLessThanOrEqual(drawing.width + 8);
    expect(Number(y), text).toBeGreaterThan(8);
    expect(Number(y), text).toBeLessThanOrEqual(drawing.height);
  }
  for (const at of numbers(drawing.marks, /(?:x|x1|x2|cx)="([\d.-]+)"/g)) {
    expect(at).toBeGreaterThanOrEqual(0);
    expect(at).toBeLessThanOrEqual(drawing.width);
  }
  expect(drawing.marks).not.toMatch(/NaN|Infinity|undefined|null/);
}

test.for([
  [1, 1],
  [850, 900],
  [10_000, 12_000],
  [9_990, 10_010],
  [14_000, 812_000],
  [3, 30_000_000],
])('a latency axis from %i to %i µs has ticks that hold it and do not touch', ([low = 0, high = 0]) => {
  const { y, ticks } = latencyScale(low, high, 200, 20);
  expect(ticks.length).toBeGreaterThanOrEqual(2);
  const at = ticks.map((tick) => tick.at);
  for (const value of at) expect(value).toBeGreaterThanOrEqual(20 - 1e-6);
  for (const value of at) expect(value).toBeLessThanOrEqual(200 + 1e-6);
  at.slice(1).forEach((value, index) => expect((at[index] ?? 0) - value).toBeGreaterThanOrEqual(22));
  expect(new Set(ticks.map((tick) => tick.text)).size).toBe(ticks.length);
  expect(y(low)).toBeLessThanOrEqual(200);
  expect(y(high)).toBeGreaterThanOrEqual(20);
});

test.for([1, 12, 59, 61, 600, 7_200, 100_000])(
  'a time axis of %i s has few ticks, on whole seconds',
  (seconds) => {
    const { ticks } = timeScale(seconds * 1_000_000, 60, 540, 8);
    expect(ticks.length).toBeLessThanOrEqual(9);
    expect(ticks[0]).toEqual({ at: 60, text: '0s' });
    for (const tick of ticks) expect(tick.text).toMatch(/^(\d+m)?(\d+s)?$/);
  },
);

test('a linear axis begins at nothing and reaches above the highest value', () => {
  const { y, ticks } = linearScale(37, 200, 20, String);
  expect(ticks[0]).toEqual({ at: 200, text: '0' });
  expect(y(37)).toBeGreaterThan(20);
  expect(
    linearScale(3 * 1_048_576, 200, 20, (bytes) => `${bytes / 1_048_576}`, 1_048_576).ticks.at(-1)?.text,
  ).toBe('3');
});

test('a second without a value is a gap, a lone second a dot', () => {
  const chart = lines([
    second(0, 10),
    second(1, 20),
    second(2, null),
    second(3, 30),
    second(4, 40),
    second(5, null),
    second(6, 50),
  ]);
  expect(pathOf(chart).match(/M/g)).toHaveLength(2);
  expect(pathOf(chart).match(/L/g)).toHaveLength(2);
  expect(chart.wide.marks.match(/<circle class="dot s1"/g)).toHaveLength(1);
  expect(chart.table.rows[2]).toEqual(['2.0 – 3.0', '–']);
});

test('steps hold over their whole stretch, and the table says how long that was', () => {
  const points = [
    { fromMicros: 0, toMicros: 5_000_000, y: 10 },
    { fromMicros: 5_000_000, toMicros: 10_000_000, y: 20 },
  ];
  const chart = lines([], {
    lines: [
      { name: 'p50', className: 's1', points, steps: true },
      { name: 'worst', className: 's4', points: Array.from({ length: 10 }, (_, at) => second(at, 30)) },
    ],
  });
  expect(pathOf(chart)).toMatch(/^M[\d.,]+H[\d.]+L[\d.,]+H[\d.]+$/);
  expect(chart.table.rows).toHaveLength(10);
  expect(chart.table.rows[3]).toEqual(['3.0 – 4.0', '10µs (5s from 0.0)', '30µs']);
});

test('failures leave a cross, and a percentile among them an arrow, both named in the legend', () => {
  const chart = lines([second(0, 10), second(1, null, '≥ 5s')], {
    crosses: { name: 'something failed', atMicros: [1_500_000] },
  });
  expect(chart.wide.marks.match(/class="cross"/g)).toHaveLength(1);
  expect(chart.wide.marks.match(/class="arrow s1"/g)).toHaveLength(1);
  expect(chart.legend.map(([, name]) => name)).toEqual(['p50', 'something failed', 'among the failures']);
  expect(chart.table.rows[1]).toEqual(['1.0 – 2.0', '≥ 5s']);
});

test('whatever is drawn over time stays inside, also with nothing to draw and many overlapping faults', () => {
  const windows = Array.from({ length: 5 }, (_, at) => ({
    label: `a-fault-with-quite-a-long-name-${at}`,
    className: 'fault',
    fromMicros: at * 500_000,
    toMicros: 9_900_000,
  }));
  const charts = [
    lines([]),
    lines([second(0, null)]),
    lines([second(0, 0), second(1, 1)]),
    lines([second(0, 5), second(9, 30_000_000)], { windows }),
    lines([second(0, 5)], { scale: 'linear', windows: [{ ...windows[0]!, fromMicros: 9_800_000 }] }),
  ];
  for (const drawing of charts.flatMap(layouts)) expectInside(drawing);
});

test('a heat map counts every good answer once', () => {
  const good = createHistogram();
  for (const value of [1_000, 1_000, 2_000, 90_000, 1_500_000]) recordMicros(good, value);
  const chart = heatMap({
    id: 'heat',
    title: 'all good answers',
    columns: [
      { fromMicros: 0, toMicros: 1_000_000, good },
      { fromMicros: 1_000_000, toMicros: 2_000_000, good: undefined },
    ],
    windows: [],
    endMicros: 2_000_000,
  });
  expect(chart.table.rows).toEqual([
    ['0.0 – 1.0', '5', '1ms', '1.5s'],
    ['1.0 – 2.0', '0', '–', '–'],
  ]);
  expect(chart.wide.marks).toContain('<title>0.0 s to 1.0 s: 5 good answers, 1ms to 1.5s</title>');
  // Two equal ones share a cell; the others have one each.
  expect(
    chart.wide.marks
      .match(/class="heat h\d" d="([^"]*)"/g)
      ?.join('')
      .match(/M/g),
  ).toHaveLength(4);
  for (const drawing of layouts(chart)) expectInside(drawing);
});

const curve = (okShare: number, samples = 1_000) => ({
  name: 'query',
  className: 's1',
  samples,
  okShare,
  points: [0, 0.5, 0.9, 0.95, 0.99, 0.999]
    .filter((quantile) => quantile <= okShare)
    .map((quantile) => ({ quantile, micros: 1_000 * (1 + quantile) })),
});

test('a spectrum ends where ten samples are left, and has a cross only where failures begin', () => {
  const whole = spectrumChart('spectrum', 'query', [curve(1)]);
  expect(pathOf(whole).match(/L/g)).toHaveLength(4);
  expect(whole.wide.marks).not.toContain('solid');
  expect(spectrumChart('spectrum', 'query', [curve(0.995)]).wide.marks).not.toContain('solid');
  expect(spectrumChart('spectrum', 'query', [curve(0.95)]).wide.marks).toContain('solid');
  for (const drawing of [...layouts(whole), ...layouts(spectrumChart('spectrum', 'query', []))])
    expectInside(drawing);
});

test('a spectrum prints stored quantiles, brackets what lies between them, and never guesses', () => {
  expect(spectrumValue(curve(1), 0.95)).toBe('1.95ms');
  expect(spectrumValue(curve(1), 0.75)).toBe('1.5ms … 1.9ms');
  expect(spectrumValue(curve(1), 0.999)).toBe('too few samples');
  expect(spectrumValue(curve(0.9), 0.95)).toBe('among the failures');
});

test('a pair without a value shows that, a lower bound points up', () => {
  const pair = { pair: 1, before: null, after: 5_000, beforeAtLeast: false, afterAtLeast: true };
  const chart = pairDots({
    ...{ id: 'pairs', title: 'p95(query)', pairs: [pair], scale: 'latency', format: String },
    names: { before: 'old', after: 'new' },
  });
  expect(chart.wide.marks).toContain('>?</text>');
  expect(chart.wide.marks).toContain('line after solid');
  expect(chart.table.rows).toEqual([['1', 'not computable', '≥ 5000']]);
  for (const drawing of layouts(chart)) expectInside(drawing);
});

test('a forest keeps texts and intervals inside, with arrows where an interval is open', () => {
  const { metrics } = sampleComparison();
  const first = metrics[0]!;
  const odd = [
    ...metrics,
    {
      ...first,
      metric: 'p95(a series whose name is far longer than any column of this chart)',
      interval: { low: null, high: -0.1 },
    },
    { ...first, metric: 'p50(gone)', estimate: null, interval: null, outcome: 'invalid' as const },
    { ...first, metric: 'p95(wide)', tolerance: 1.4, interval: { low: -9, high: null } },
  ];
  const charts = forestCharts(odd, '95 %');
  expect(charts.map((chart) => chart.id)).toEqual(['forest-log', 'forest-points']);
  expect(charts[0]?.wide.marks.match(/<path class="whisker/g)).toHaveLength(2);
  expect(charts[0]?.table.rows.at(-2)).toEqual(['p50(gone)', 'not computable', 'invalid']);
  for (const drawing of charts.flatMap(layouts)) expectInside(drawing);
});

test('a figure names its drawing, describes it, and carries the data', () => {
  const html = figure(lines([second(0, 10)]));
  expect(html).toContain('role="img" aria-labelledby="one-wide-title one-wide-desc"');
  expect(html).toContain('<title id="one-narrow-title">Latency</title>');
  expect(html).toContain('<th scope="row">0.0 – 1.0</th><td>10µs</td>');
});
