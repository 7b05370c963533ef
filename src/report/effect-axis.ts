// The axes of effects: round changes worth a tick, in order of how much they tell, and the band that counts as none.

import type { MetricComparison } from '../compare/schema.ts';
import { forestPlot } from './charts/forest.ts';
import type { Chart } from './charts/figure.ts';
import type { ForestRow } from './charts/forest-row.ts';
import { changeText } from './change-words.ts';

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

const pointTicks = [0, 50, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1].flatMap((points) =>
  points === 0
    ? [{ value: 0, text: '0' }]
    : [
        { value: -points / 100, text: `${minus}${points} pts` },
        { value: points / 100, text: `+${points} pts` },
      ],
);

/** Relative changes: [ln(1−δ), ln(1+δ)], without a lower end where a change to nothing is tolerated. */
const relativeBand = (tolerance: number) => ({
  low: tolerance < 1 ? Math.log1p(-tolerance) : null,
  high: Math.log1p(tolerance),
});

const pointBand = (tolerance: number) => ({ low: -tolerance, high: tolerance });

/** Relative changes and differences in points have axes of their own; a scale without metrics has no chart. */
export function forestCharts(metrics: readonly MetricComparison[], level: string): Chart[] {
  const plots = [
    {
      ...{ id: 'forest-log', scale: 'log', title: 'Relative change' },
      ...{ axis: 'after against before, logarithmic', ticks: relativeTicks, bandOf: relativeBand },
    },
    {
      ...{ id: 'forest-points', scale: 'points', title: 'Change in percentage points' },
      ...{ axis: 'after minus before', ticks: pointTicks, bandOf: pointBand },
    },
  ];
  return plots.flatMap(({ scale, ...plot }) => {
    const rows = metrics.filter((metric) => metric.scale === scale).map(forestRow);
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
    label: changeText(metric),
  };
}
