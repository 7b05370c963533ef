// Forecasts: a date where a line tells one, none where it does not, and `crossed` where it is too late.

import { expect, it } from 'vitest';
import type { TrendLimit } from '../../../src/compare/trend-meeting.ts';
import { judgeTrend } from '../../../src/compare/trend.ts';
import type { HistoryEntry } from '../../../src/record/history-schema.ts';
import { valueOf } from '../../support/history.ts';
import { historyOf, limitOf, questionOf, stretches } from '../../support/trends.ts';

/** `count` days, each a share above the one before. */
const rising = (count: number, first: number, perDay: number): number[] =>
  Array.from({ length: count }, (_, day) => first * Math.exp(perDay * day));

const hourMs = 3_600_000;

/** Looked at `daysLater` than its newest run. */
function forecastOf(
  entries: readonly HistoryEntry[],
  limit: TrendLimit,
  horizonDays = 90,
  daysLater = 1 / 24,
) {
  const newest = Math.max(...entries.map(({ startedAt }) => Date.parse(startedAt)));
  const now = new Date(newest + daysLater * 24 * hourMs);
  const judged = judgeTrend(entries, questionOf({ limits: [limit], horizonDays, now }));
  const metric = judged.series[0]!.metrics[0]!;
  return { ...judged, metric, forecast: metric.forecasts[0]! };
}

it('tells the day on which a steady rise meets its limit, between the earliest and the latest', () => {
  // 100 ms · e^(0.01·day): 200 ms on day 69.3 after 2026-01-01T09:00.
  const entries = historyOf({ medians: rising(40, 100_000, 0.01), noise: 0.01 });
  const { forecast } = forecastOf(entries, limitOf(200_000));
  expect(forecast.outcome).toBe('crosses');
  const days = [forecast.earliest, forecast.crossesOn, forecast.latest].map((date) => Date.parse(date ?? ''));
  expect(days).toEqual([...days].sort((a, b) => a - b));
  expect(Math.abs(days[1]! - Date.parse('2026-03-11')) / 86_400_000).toBeLessThanOrEqual(4);
  expect(days[0]).toBeLessThanOrEqual(Date.parse('2026-03-11'));
  expect(days[2]).toBeGreaterThanOrEqual(Date.parse('2026-03-11'));
  expect(forecast.per30Days!.value).toBeCloseTo(0.3, 1);
});

it('a steady rise is a staircase of changes: the line goes through all of it', () => {
  const { metric, forecast } = forecastOf(
    historyOf({ medians: rising(60, 100_000, 0.01), noise: 0.01 }),
    limitOf(400_000),
  );
  expect(metric.changes.length).toBeGreaterThan(0);
  expect(forecast).toMatchObject({ from: 0, runs: 60 });
});

it.each([1, 2, 3, 4, 5])('a step is no slope: the line begins after it (seed %i)', (seed) => {
  for (const [before, after] of [
    [10, 12],
    [20, 20],
    [30, 15],
  ] as const) {
    const entries = historyOf({ medians: stretches([before, 100_000], [after, 130_000]), seed });
    const { forecast, metric } = forecastOf(entries, limitOf(1_000_000));
    const last = metric.levels.at(-1)!;
    expect(metric.changes).not.toEqual([]);
    expect(forecast.from).toBe(last.from);
  }
});

it('tells no date where no trend can be told', () => {
  const { forecast, verdict } = forecastOf(
    historyOf({ medians: stretches([40, 100_000]) }),
    limitOf(150_000),
  );
  expect(forecast).toMatchObject({ outcome: 'no trend', crossesOn: null, earliest: null, latest: null });
  expect(forecast.reason).toMatch(/^no trend can be told from 40 runs: .* in 30 days \(95 %: −.* to \+/);
  expect(verdict.exitCode).toBe(0);
});

it('a rise that does not reach its limit within the horizon has no date', () => {
  const entries = historyOf({ medians: rising(40, 100_000, 0.002), noise: 0.005 });
  const { forecast } = forecastOf(entries, limitOf(1_000_000));
  expect(forecast).toMatchObject({ outcome: 'not within horizon', crossesOn: null });
  expect(forecast.reason).toContain('not within 90 days');
  expect(forecastOf(entries, limitOf(1_000_000), 3_650).forecast.outcome).toBe('crosses');
});

it('what moves away from its limit never meets it', () => {
  const entries = historyOf({ medians: rising(40, 300_000, -0.01), noise: 0.01 });
  const { forecast } = forecastOf(entries, limitOf(400_000));
  expect(forecast).toMatchObject({ outcome: 'not within horizon', crossesOn: null, earliest: null });
  expect(forecast.reason).toContain('moves away');
});

it('limits below are met from above', () => {
  const throughput = (index: number) => ({
    values: [
      valueOf({
        ...{ unit: '1/s', better: 'higher', tolerance: 0.05 },
        value: 100 * Math.exp(-0.01 * index) * (1 + (index % 3) / 100),
      }),
    ],
  });
  const entries = historyOf({ medians: stretches([30, 1]), different: throughput });
  const { forecast } = forecastOf(entries, { ...limitOf(50, '>'), value: 50 });
  expect(forecast.outcome).toBe('crosses');
  expect(Math.abs(Date.parse(forecast.crossesOn!) - Date.parse('2026-03-12')) / 86_400_000).toBeLessThan(6);
});

it('what the newest level breaks is crossed, and fails, however few runs there are', () => {
  for (const count of [3, 40]) {
    const { forecast, verdict } = forecastOf(
      historyOf({ medians: stretches([count, 210_000]) }),
      limitOf(200_000),
    );
    expect(forecast).toMatchObject({ outcome: 'crossed', crossesOn: null });
    expect(verdict.exitCode).toBe(1);
  }
});

it('a rise whose last runs broke it is crossed, although the median of the level is not', () => {
  const entries = historyOf({ medians: rising(14, 100_000, 0.02), noise: 0.001 });
  const { forecast } = forecastOf(entries, limitOf(125_000));
  expect(forecast).toMatchObject({ outcome: 'crossed' });
  expect(forecast.reason).toContain('the line through the last runs');
});

it('one lower bound among many values breaks nothing', () => {
  const different = (index: number): Partial<HistoryEntry> =>
    index === 10 ? { values: [valueOf({ value: 95_000, atLeast: true })] } : {};
  const { forecast } = forecastOf(
    historyOf({ medians: stretches([20, 100_000]), different }),
    limitOf(200_000),
  );
  expect(forecast.outcome).toBe('no trend');
});

it('lower bounds break every upper limit', () => {
  const bounds = () => ({ values: [valueOf({ value: 90_000, atLeast: true })] });
  const { forecast } = forecastOf(
    historyOf({ medians: stretches([20, 1]), different: bounds }),
    limitOf(200_000),
  );
  expect(forecast.outcome).toBe('crossed');
});

it.each([
  ['fewer than 10 runs', stretches([9, 100_000]), 1],
  ['all runs on one day', stretches([20, 100_000]), 0],
])('%s tell nothing: 3', (_says, medians, perDay) => {
  const different = (index: number) => ({
    startedAt: new Date(Date.UTC(2026, 0, 1) + index * (perDay === 1 ? 86_400_000 : 60_000)).toISOString(),
  });
  const { forecast, verdict } = forecastOf(historyOf({ medians, different }), limitOf(200_000));
  expect(forecast).toMatchObject({ outcome: 'too few runs', crossesOn: null, curve: [] });
  expect(verdict.exitCode).toBe(3);
});

it('says when it looks much further ahead than the runs reach back', () => {
  const entries = historyOf({ medians: rising(15, 100_000, 0.01), noise: 0.001 });
  const { forecast } = forecastOf(entries, limitOf(200_000));
  expect(forecast.reason).toContain('times as far ahead as the runs reach back');
});

it('the curve spans the runs of the line and ends where the telling ends', () => {
  const entries = historyOf({ medians: rising(40, 100_000, 0.01), noise: 0.01 });
  const { forecast } = forecastOf(entries, limitOf(200_000));
  expect(forecast.curve[0]!.at).toBe(entries[0]!.startedAt);
  expect(forecast.curve.at(-1)!.at.slice(0, 10)).toBe(forecast.latest);
  for (const { low, value, high } of forecast.curve) {
    expect(low).toBeLessThan(value);
    expect(value).toBeLessThan(high);
  }
});

it('a day that is past is not told as coming: the newest run is old', () => {
  // Met on 2026-03-11, the newest run of 2026-02-09.
  const entries = historyOf({ medians: rising(40, 100_000, 0.01), noise: 0.01 });
  const { forecast, verdict } = forecastOf(entries, limitOf(200_000), 90, 60);
  expect(forecast).toMatchObject({ outcome: 'not told', crossesOn: null, earliest: null, latest: null });
  expect(forecast.reason).toMatch(/met it on 2026-03-1\d, but no run says so: the newest is 60 days old/);
  expect(verdict.reasons.join()).toContain('the newest is 60 days old');
  expect(verdict.exitCode).not.toBe(0);
});

it('the horizon begins today, and so do the days that it tells', () => {
  const entries = historyOf({ medians: rising(40, 100_000, 0.01), noise: 0.03 });
  // 290 ms on 2026-04-17: 66 days after the newest run.
  expect(forecastOf(entries, limitOf(290_000), 30, 1).forecast.outcome).toBe('not within horizon');
  const { forecast } = forecastOf(entries, limitOf(290_000), 30, 62);
  expect(forecast.outcome).toBe('crosses');
  expect(forecast.reason).toContain('the newest run is 62 days old');
  expect(forecast.earliest! >= '2026-04-12').toBe(true);
  expect(forecast.crossesOn! >= forecast.earliest!).toBe(true);
});

const memory = (index: number, count: number) =>
  valueOf({
    ...{ metric: 'memory(target)', unit: 'bytes', resolution: 1_048_576 },
    value: index < count ? 500e6 * (1 + (index % 5) / 100) : null,
    why: index < count ? null : 'the process was not seen',
  });
const memoryLimit = {
  text: 'memory(target) < 1GiB',
  metric: 'memory(target)',
  operator: '<',
  value: 2 ** 30,
} as const;

it.each([
  ['has no value', (index: number) => [valueOf({ value: 100_000 + index }), memory(index, 20)]],
  [
    'is gone',
    (index: number) => [valueOf({ value: 100_000 + index }), ...(index < 20 ? [memory(index, 20)] : [])],
  ],
])('a metric that only has a limit and %s in the newest runs is no pass', (_says, values) => {
  const entries = historyOf({
    medians: stretches([50, 1]),
    different: (index) => ({ values: values(index) }),
  });
  const judged = judgeTrend(entries, questionOf({ limits: [memoryLimit] }));
  const found = judged.series[0]!.metrics.find(({ metric }) => metric === 'memory(target)')!;
  expect(found.forecasts[0]).toMatchObject({ outcome: 'not told', crossesOn: null, curve: [] });
  expect(found.forecasts[0]!.reason).toContain('the last 30 runs have no value');
  expect(judged.verdict.exitCode).toBe(3);
});

it('what was broken when it was last measured stays crossed', () => {
  const entries = historyOf({
    medians: stretches([40, 210_000]),
    different: (index) => (index >= 30 ? { unfit: 'interrupted' } : {}),
  });
  const { forecast, verdict } = forecastOf(entries, limitOf(200_000));
  expect(forecast.outcome).toBe('crossed');
  expect(verdict.exitCode).toBe(1);
});
