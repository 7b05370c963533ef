// The axes of effects: round changes worth a tick, in order of how much they tell, and the band that counts as none.

import type { MetricComparison } from '../compare/schema.ts';
import { forestPlot } from './charts/forest.ts';
import type { Chart } from './charts/figure.ts';
import type { ForestRow } from './charts/forest-row.ts';
import { calledText, changeText } from './change-words.ts';
import { hasPoints } from './words.ts';

const minus = '−';

/** Factors after/before as people say them. */
const factors: readonly (readonly [number, string])[] = [
  [1, '0'],
  ...[50, 90, 75, 95, 99, 25, 10, 5, 2, 1].map((percent): [number, string] => [
    1 - percent / 100,
    `${minus}${percent}%`,
  ]),
  ...[2, 10, 4, 20, 100, 1000].map((times): [number, string] => [times, `×${times}`]),
  ...[50, 25, 10, 5, 2, 1].map((percent): [number, string] => [1 + percent / 100, `+${percent}%`]),
];

const relativeTicks = factors.map(([factor, text]) => ({ value: Math.log(factor), text }));

const differenceTicks = (sizes: readonly number[], one: number, unit: string) => [
  { value: 0, text: '0' },
  ...sizes.flatMap((size) => [
    { value: -size * one, text: `${minus}${size}${unit}` },
    { value: size * one, text: `+${size}${unit}` },
  ]),
];

const pointTicks = differenceTicks([50, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1], 0.01, ' pts');
const countTicks = differenceTicks([1000, 100, 10, 500, 50, 5, 200, 20, 2, 1], 1, '');

/** Relative changes: [ln(1−δ), ln(1+δ)], without a lower end where a change to nothing is tolerated. */
const relativeBand = (tolerance: number) => ({
  low: tolerance < 1 ? Math.log1p(-tolerance) : null,
  high: Math.log1p(tolerance),
});

const differenceBand = (tolerance: number) => ({ low: -tolerance, high: tolerance });

/** Relative changes, differences in points and differences of counts have axes of their own; one without metrics has no chart. */
export function forestCharts(metrics: readonly MetricComparison[], level: string): Chart[] {
  const plots = [
    {
      ...{ id: 'forest-log', title: 'Relative change' },
      isOf: (metric: MetricComparison) => metric.scale === 'log',
      ...{ axis: 'after against before, logarithmic', ticks: relativeTicks, bandOf: relativeBand },
    },
    {
      ...{ id: 'forest-points', title: 'Change in percentage points' },
      isOf: hasPoints,
      ...{ axis: 'after minus before', ticks: pointTicks, bandOf: differenceBand },
    },
    {
      ...{ id: 'forest-counts', title: 'Change in numbers' },
      isOf: (metric: MetricComparison) => metric.scale === 'points' && !hasPoints(metric),
      ...{ axis: 'after minus before', ticks: countTicks, bandOf: differenceBand },
    },
  ];
  return plots.flatMap(({ isOf, ...plot }) => {
    const rows = metrics.filter(isOf).map(forestRow);
    return rows.length === 0 ? [] : [forestPlot({ ...plot, rows, level })];
  });
}

function forestRow(metric: MetricComparison): ForestRow {
  const { interval } = metric;
  return {
    name: metric.metric,
    estimate: metric.estimate,
    hasInterval: interval !== null,
    low: interval?.low ?? null,
    high: interval?.high ?? null,
    tolerance: metric.tolerance,
    outcome: metric.outcome,
    called: calledText(metric),
    label: changeText(metric),
  };
}
