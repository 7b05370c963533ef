// What a trend must not pass over in silence: runs that were left out, a branch written otherwise, a primary metric without values.

import { describe, expect, it, test } from 'vitest';
import { judgeTrend, type TrendQuestion } from '../../../src/compare/trend.ts';
import { trendSchema } from '../../../src/compare/trend-schema.ts';
import type { HistoryEntry } from '../../../src/record/history-schema.ts';
import { limitOf } from '../../support/trends.ts';
import { valueOf } from '../../support/history.ts';
import { historyOf, questionOf, shaOf, stretches } from '../../support/trends.ts';

function judge(entries: readonly HistoryEntry[], overrides: Partial<TrendQuestion> = {}) {
  const judged = judgeTrend(entries, questionOf(overrides));
  return { ...judged, metric: judged.series[0]!.metrics[0]! };
}

describe('runs that survived', () => {
  /** The runs for which it holds are left out. */
  const without = (count: number, isOut: (index: number) => boolean, why: Partial<HistoryEntry>) =>
    historyOf({
      medians: stretches([count, 100_000]),
      different: (index) => (isOut(index) ? why : {}),
    });
  const unfit = { unfit: 'the generator was saturated' };

  it.each([unfit, { values: [valueOf({ value: null, why: 'too few samples' })] }])(
    'four of five that are left out are no pass',
    (why) => {
      const { metric, verdict } = judge(without(100, (index) => index % 5 !== 4, why));
      expect(metric.runs).toHaveLength(20);
      expect(metric.leftOut).toMatchObject({ sinceLast: 0, ofNewest: 16 });
      expect(metric.outcome).toBe('not told');
      expect(verdict).toMatchObject({ status: 'inconclusive', exitCode: 3 });
      expect(verdict.reasons[0]).toContain('16 of the newest 20 runs are left out (run-098: ');
    },
  );

  it.each([
    [5, 0],
    [6, 3],
  ])('%i of the newest 20: exit code %i', (count, exitCode) => {
    // Not one of them is the newest, and before the newest 20 nothing counts.
    const entries = without(40, (index) => index < 10 || (index >= 20 && index < 20 + count), unfit);
    expect(judge(entries).metric.leftOut.ofNewest).toBe(count);
    expect(judge(entries).verdict.exitCode).toBe(exitCode);
  });

  it('of fewer runs more than a quarter of them', () => {
    const entries = without(19, (index) => index % 5 === 3, unfit);
    expect(judge(entries).metric).toMatchObject({ outcome: 'no change', leftOut: { ofNewest: 4 } });
  });

  it('a forecast is not told either, unless its limit is broken', () => {
    const entries = without(100, (index) => index % 5 !== 4, unfit);
    const outcomes = [200_000, 90_000].map(
      (limit) => judge(entries, { limits: [limitOf(limit)] }).metric.forecasts[0]!.outcome,
    );
    expect(outcomes).toEqual(['not told', 'crossed']);
  });

  it('a regression outranks it', () => {
    const medians = stretches([30, 100_000], [30, 130_000]);
    const different = (index: number) => (index >= 40 && index % 3 !== 2 ? unfit : {});
    expect(judge(historyOf({ medians, different })).verdict.exitCode).toBe(1);
  });
});

test('a branch is the same however CI and git write it', () => {
  const names = ['main', 'origin/main', 'refs/heads/main', 'refs/remotes/origin/main'];
  const entries = historyOf({
    medians: stretches([40, 100_000], [10, 150_000]),
    different: (index) => ({
      commit: {
        ...{ sha: shaOf(index), at: null, dirty: false },
        branch: index < 40 ? 'main' : (names[index % 4] ?? null),
      },
    }),
  });
  const others = historyOf({
    medians: stretches([3, 1]),
    different: (index) => ({
      id: `other-${index}`,
      commit: [
        { sha: shaOf(index), branch: 'main (pull request)', at: null, dirty: false },
        { sha: shaOf(index), branch: null, at: null, dirty: false },
        null,
      ][index]!,
    }),
  });
  for (const branch of names) {
    const { metric, verdict } = judge([...entries, ...others], { branch });
    expect(metric.runs, branch).toHaveLength(50);
    expect(verdict.exitCode, branch).toBe(1);
  }
});

describe('a primary metric of which no run has a value', () => {
  const other = 'p50(query)';
  const limit = { ...limitOf(90_000), text: 'p50(query) < 90ms', metric: other };
  const entries = historyOf({
    medians: stretches([30, 100_000]),
    different: (index) => ({
      primary: 'p95(query, newer)',
      values: [valueOf({ metric: other, value: 50_000 + (index % 5) * 100 })],
    }),
  });

  it('is told, whatever limits hold', () => {
    const reasons = ['no run has its primary metric `p95(query, newer)`'];
    for (const limits of [[], [limit]])
      expect(judgeTrend(entries, questionOf({ limits })).verdict).toEqual({
        ...{ status: 'inconclusive', reasons, exitCode: 3 },
      });
  });

  it('is not asked for where another one decides', () => {
    expect(judge(entries, { metrics: [other], limits: [limit] }).verdict.exitCode).toBe(0);
  });

  it('is none where no run names one: limits alone may be asked', () => {
    const unnamed = entries.map((entry) => ({ ...entry, primary: null }));
    expect(judge(unnamed, { limits: [limit] }).verdict.exitCode).toBe(0);
  });
});

test('a record of a trend that does not say these things can still be read', () => {
  const { series } = judgeTrend(historyOf({ medians: stretches([20, 100_000]) }), questionOf());
  const { primary, ...before } = series[0]!;
  const { ofNewest, ...leftOut } = before.metrics[0]!.leftOut;
  expect([primary, ofNewest]).toEqual(['p95(query)', 0]);
  const older = { ...before, metrics: [{ ...before.metrics[0]!, leftOut }] };
  expect(trendSchema.shape.series.parse([older])).toMatchObject([
    { primary: null, metrics: [{ leftOut: { ofNewest: 0 } }] },
  ]);
});
