// Trends: where levels begin, which regressions stand, and that nothing to say is never a pass.

import { describe, expect, it } from 'vitest';
import { changeText } from '../../../src/compare/trend-outcome.ts';
import { rankSumTail } from '../../../src/compare/trend-suspect.ts';
import { judgeTrend, type TrendQuestion } from '../../../src/compare/trend.ts';
import type { HistoryEntry } from '../../../src/record/history-schema.ts';
import { shuffled, createRandom } from '../../../src/kernel/random.ts';
import { primaryMetric, valueOf } from '../../support/history.ts';
import { historyOf, questionOf, shaOf, stretches } from '../../support/trends.ts';

function judge(entries: readonly HistoryEntry[], overrides: Partial<TrendQuestion> = {}) {
  const judged = judgeTrend(entries, questionOf(overrides));
  const series = judged.series[0]!;
  return { ...judged, one: series, metric: series.metrics[0]! };
}

it('finds a regression, the runs and commits between which it falls, and fails', () => {
  const { metric, verdict } = judge(historyOf({ medians: stretches([20, 100_000], [20, 130_000]) }));
  expect(metric.changes).toHaveLength(1);
  const [change] = metric.changes;
  expect(change).toMatchObject({
    index: 20,
    against: 0,
    outcome: 'regressed',
    stands: true,
    suppressed: null,
  });
  expect(change!.shift).toBeCloseTo(Math.log(1.3), 1);
  expect(change!.p).toBeLessThan(0.001);
  expect(metric.levels.map(({ from, to }) => [from, to])).toEqual([
    [0, 19],
    [20, 39],
  ]);
  expect(changeText(metric, change!, 0)).toMatch(
    new RegExp(
      `^\\+\\S+ % between run-019 \\(${shaOf(19).slice(0, 10)}\\) and run-020 \\(${shaOf(20).slice(0, 10)}\\)$`,
    ),
  );
  expect(verdict).toMatchObject({ status: 'fail', exitCode: 1 });
});

it('passes where nothing changed', () => {
  const { metric, verdict } = judge(historyOf({ medians: stretches([40, 100_000]) }));
  expect(metric).toMatchObject({ outcome: 'no change', changes: [] });
  expect(verdict).toEqual({ status: 'pass', reasons: [], exitCode: 0 });
});

it('passes what became better, and says so', () => {
  const { metric, verdict } = judge(historyOf({ medians: stretches([20, 130_000], [20, 100_000]) }));
  expect(metric.outcome).toBe('improved');
  expect(verdict.exitCode).toBe(0);
});

it('knows which side is better of a metric where more is', () => {
  const better = (index: number) => ({
    values: [
      valueOf({
        better: 'higher',
        unit: '1/s',
        tolerance: 0.05,
        value: index < 20 ? 50 : 40 + (index % 3) / 10,
      }),
    ],
  });
  const { metric, verdict } = judge(historyOf({ medians: stretches([40, 1]), different: better }));
  expect(metric.changes[0]).toMatchObject({ outcome: 'regressed', stands: true });
  expect(verdict.exitCode).toBe(1);
});

it('a regression that was mended does not stand', () => {
  const medians = stretches([20, 100_000], [20, 130_000], [20, 101_000]);
  const { metric, verdict } = judge(historyOf({ medians }));
  expect(metric.changes.map(({ outcome, stands }) => [outcome, stands])).toEqual([
    ['regressed', false],
    ['improved', false],
  ]);
  expect(verdict.exitCode).toBe(0);
});

it('a regression that was mended by half stands', () => {
  const medians = stretches([20, 100_000], [20, 150_000], [20, 125_000]);
  const { verdict, metric } = judge(historyOf({ medians }));
  expect(metric.changes[0]).toMatchObject({ outcome: 'regressed', stands: true });
  expect(verdict.exitCode).toBe(1);
});

it('a step within the tolerance is none, but small steps add up', () => {
  const small = judge(historyOf({ medians: stretches([25, 100_000], [25, 107_000]), noise: 0.01 }));
  expect(small.metric.changes[0]).toMatchObject({ outcome: 'within tolerance', stands: false });
  expect(small.verdict.exitCode).toBe(0);
  const medians = stretches([25, 100_000], [25, 107_000], [25, 114_500]);
  const summed = judge(historyOf({ medians, noise: 0.01 }));
  expect(summed.metric.changes.at(-1)).toMatchObject({ outcome: 'regressed', against: 0, stands: true });
  expect(summed.verdict.reasons[0]).toContain('with the changes before it');
  expect(summed.verdict.exitCode).toBe(1);
});

it('of small times, what cannot be told apart is no change: 1 ms', () => {
  const { metric } = judge(historyOf({ medians: stretches([20, 1_000], [20, 1_500]) }));
  expect(metric.changes[0]).toMatchObject({ outcome: 'within tolerance' });
  expect(metric.changes[0]!.tolerance).toBeCloseTo(1, 1);
});

it('of whole counts one more in every run is a change: only times have a smallest step', () => {
  const counts = (index: number) => ({
    values: [
      valueOf({
        metric: 'connections_lost(query)',
        unit: 'count',
        resolution: 0.5,
        value: index < 20 ? 2 : 3,
      }),
    ],
    primary: 'connections_lost(query)',
  });
  const history = historyOf({ medians: stretches([40, 1]), different: counts });
  const { metric, verdict } = judge(history, { metrics: ['connections_lost(query)'] });
  expect(metric.changes[0]).toMatchObject({ index: 20, outcome: 'regressed', tolerance: 0.1 });
  expect(verdict.exitCode).toBe(1);
});

it('shares change in points, zeros included', () => {
  const shares = (index: number) => ({
    values: [
      valueOf({
        unit: 'share',
        scale: 'points',
        resolution: 0,
        tolerance: 0.005,
        value: index < 20 ? 0 : 0.02,
      }),
    ],
  });
  const { metric, verdict } = judge(historyOf({ medians: stretches([40, 1]), different: shares }));
  expect(metric.changes[0]).toMatchObject({ index: 20, outcome: 'regressed' });
  expect(metric.changes[0]!.shift).toBeCloseTo(0.02, 10);
  expect(verdict.exitCode).toBe(1);
});

it.each([0, 1, 14])('%i runs say nothing: 3', (count) => {
  const judged = judgeTrend(historyOf({ medians: stretches([count, 100_000]) }), questionOf());
  expect(judged.verdict.exitCode).toBe(3);
  expect(judged.verdict.reasons).toHaveLength(1);
});

it('leaves out and counts what was not measured whole or has no value', () => {
  const different = (index: number): Partial<HistoryEntry> =>
    index % 10 === 3
      ? { unfit: 'the generator was saturated' }
      : index % 10 === 7
        ? { values: [valueOf({ value: null, why: 'too few samples' })] }
        : {};
  const { metric, verdict } = judge(historyOf({ medians: stretches([40, 100_000]), different }));
  expect(metric.runs).toHaveLength(32);
  expect(metric.leftOut).toMatchObject({ unfit: 4, withoutValue: 4, older: 0, sinceLast: 0 });
  expect(metric.leftOut.examples.at(-1)).toBe('run-037: too few samples');
  expect(verdict.exitCode).toBe(0);
});

it('is no pass when the newest runs say nothing', () => {
  const different = (index: number): Partial<HistoryEntry> => (index >= 35 ? { unfit: 'interrupted' } : {});
  const { metric, verdict } = judge(historyOf({ medians: stretches([40, 100_000]), different }));
  expect(metric.leftOut.sinceLast).toBe(5);
  expect(verdict).toMatchObject({ status: 'inconclusive', exitCode: 3 });
  expect(verdict.reasons[0]).toContain('the last 5 runs have no value (run-039: interrupted)');
});

it('a regression outranks what cannot be told', () => {
  const different = (index: number): Partial<HistoryEntry> => (index >= 40 ? { unfit: 'interrupted' } : {});
  const medians = stretches([20, 100_000], [25, 130_000]);
  expect(judge(historyOf({ medians, different })).verdict.exitCode).toBe(1);
});

it('only comparable runs stand in a series; the others are named', () => {
  const traits = (index: number): Partial<HistoryEntry> => ({
    traits: { scenario: 'a', machine: index < 20 ? 'old machine' : 'new machine' },
  });
  const entries = historyOf({ medians: stretches([20, 100_000], [20, 200_000]), different: traits });
  const { metric, one, verdict } = judge(entries);
  expect(metric.runs).toHaveLength(20);
  expect(one.others).toEqual([
    { what: 'another machine (old machine)', runs: 20, newest: entries[19]!.startedAt },
  ]);
  expect(verdict.exitCode).toBe(0);
});

it('scenarios, targets and variants are series of their own, the worst decides', () => {
  const good = historyOf({ medians: stretches([20, 100_000]) });
  const bad = historyOf({
    medians: stretches([20, 100_000], [20, 150_000]),
    different: (index) => ({ id: `before-${index}`, variant: 'before' }),
  });
  const judged = judgeTrend([...good, ...bad], questionOf());
  expect(judged.series.map(({ variant }) => variant)).toEqual(['after', 'before']);
  expect(judged.verdict.exitCode).toBe(1);
  expect(judged.verdict.reasons[0]).toMatch(/^slow database, rag, before: p95\(query\) regressed/);
  expect(judgeTrend([...good, ...bad], questionOf({ variant: 'after' })).verdict.exitCode).toBe(0);
});

it('depends on no order, and counts a run once', () => {
  const entries = historyOf({ medians: stretches([20, 100_000], [20, 130_000]) });
  const mixed = shuffled([...entries, ...entries.slice(0, 10)], createRandom(7));
  expect(judgeTrend(mixed, questionOf())).toEqual(judgeTrend(entries, questionOf()));
});

it('a level of lower bounds that follows is a regression; one that only seems lower is not called better', () => {
  const bounds = (from: number, to: number) => (index: number) =>
    index >= from && index < to ? { values: [valueOf({ value: 90_000, atLeast: true })] } : {};
  const medians = stretches([20, 100_000], [20, 1]);
  const lower = judge(historyOf({ medians, different: bounds(20, 40) }));
  expect(lower.metric.levels.map(({ atLeast }) => atLeast)).toEqual([false, true]);
  const seems = judge(
    historyOf({
      medians,
      different: (index) => (index >= 20 ? { values: [valueOf({ value: 50_000, atLeast: true })] } : {}),
    }),
  );
  expect(seems.metric).toMatchObject({ outcome: 'not told' });
  expect(seems.verdict.exitCode).toBe(3);
});

it('a single lower bound in a better level does not hide that it is better', () => {
  const { metric, verdict } = judge(
    historyOf({
      medians: stretches([20, 130_000], [20, 100_000]),
      different: (index) => (index === 30 ? { values: [valueOf({ value: 95_000, atLeast: true })] } : {}),
    }),
  );
  expect(metric.outcome).toBe('improved');
  expect(verdict.exitCode).toBe(0);
});

it('says when both runs are of one commit', () => {
  const same = () => ({ commit: { sha: shaOf(0), branch: null, at: null, dirty: false } });
  const { verdict } = judge(historyOf({ medians: stretches([20, 100_000], [20, 130_000]), different: same }));
  expect(verdict.reasons[0]).toContain('the same commit, so it is not the code alone');
});

it('says what was not committed, and what is not known', () => {
  const dirty = (index: number) => ({
    commit: index === 20 ? { sha: shaOf(20), branch: null, at: null, dirty: true } : null,
  });
  const { verdict } = judge(
    historyOf({ medians: stretches([20, 100_000], [20, 130_000]), different: dirty }),
  );
  expect(verdict.reasons[0]).toContain('run-019 (commit not known) and run-020');
  expect(verdict.reasons[0]).toContain('with changes of its own');
});

it('looks at the newest 200 runs', () => {
  const { metric } = judge(historyOf({ medians: stretches([15, 200_000], [200, 100_000]) }));
  expect(metric.leftOut.older).toBe(15);
  expect(metric.changes).toEqual([]);
});

it('--metric decides instead of the primary one', () => {
  const two = (index: number) => ({
    values: [
      valueOf({ value: index < 20 ? 100_000 : 200_000 }),
      valueOf({ metric: 'p50(query)', value: 50_000 + index }),
    ],
  });
  const entries = historyOf({ medians: stretches([40, 1]), different: two });
  expect(judge(entries).verdict.exitCode).toBe(1);
  expect(judge(entries, { metrics: ['p50(query)'] }).verdict.exitCode).toBe(0);
  expect(judge(entries, { metrics: ['p50(query)', primaryMetric] }).verdict.exitCode).toBe(1);
});

it('without a primary metric it asks for one', () => {
  const { verdict } = judgeTrend(
    historyOf({ medians: stretches([20, 1]), different: () => ({ primary: null }) }),
    questionOf(),
  );
  expect(verdict).toEqual({
    status: 'inconclusive',
    reasons: ['it has no primary metric: name one with --metric'],
    exitCode: 3,
  });
});

it('a step from a level within the tolerance to another within it is one all the same', () => {
  const medians = stretches([20, 100_000], [20, 91_000], [20, 109_000]);
  const { metric, verdict } = judge(historyOf({ medians, noise: 0.01 }));
  expect(metric.changes.map(({ outcome, against, stands }) => [outcome, against, stands])).toEqual([
    ['within tolerance', 0, false],
    ['regressed', 1, true],
  ]);
  expect(verdict.exitCode).toBe(1);
});

it('what creeps up after a regression was mended is measured from where it was before it', () => {
  const medians = stretches([20, 100_000], [20, 160_000], [20, 108_000], [20, 117_500]);
  const { metric, verdict } = judge(historyOf({ medians, noise: 0.01 }));
  expect(metric.changes.at(-1)).toMatchObject({ outcome: 'regressed', against: 0, stands: true });
  expect(metric.changes[0]!.stands).toBe(false);
  expect(verdict.exitCode).toBe(1);
});

const boundOf = (value: number) => ({ values: [valueOf({ value, atLeast: true })] });

it('runs that are all bounds say nothing: 3', () => {
  const { metric, verdict } = judge(
    historyOf({ medians: stretches([30, 1]), different: () => boundOf(30_000_000) }),
  );
  expect(metric.outcome).toBe('not told');
  expect(metric.reason).toContain('all of the last 30 runs are only bounds');
  expect(verdict.exitCode).toBe(3);
});

it('a level that is only bounded is worse than one that was known, however near', () => {
  const { metric, verdict } = judge(
    historyOf({
      medians: stretches([20, 28_500_000], [20, 1]),
      different: (index) => (index >= 20 ? boundOf(30_000_000) : {}),
      noise: 0.005,
    }),
  );
  expect(metric.changes[0]).toMatchObject({ outcome: 'regressed', stands: true });
  expect(metric.reason).toContain(', to values that are only bounds, between run-019');
  expect(verdict.exitCode).toBe(1);
});

it('one bound at the middle of a level makes no regression of it', () => {
  const { metric, verdict } = judge(
    historyOf({
      medians: stretches([20, 100_000], [20, 104_000]),
      noise: 0.002,
      different: (index) => (index === 25 ? boundOf(103_990) : {}),
    }),
  );
  expect(metric.levels.map(({ atLeast }) => atLeast)).toEqual([false, true]);
  expect(metric.changes[0]!.outcome).toBe('within tolerance');
  expect(verdict.status).toBe('warn');
});

it.each([1, 2, 3, 4, 5, 6, 7, 8])('bounds in two of five runs are no pass (seed %i)', (seed) => {
  const random = createRandom(seed);
  const isBound = Array.from({ length: 60 }, (_, index) => index >= 20 && random() < 0.4);
  const { verdict } = judge(
    historyOf({
      medians: stretches([60, 100_000]),
      different: (index) => (isBound[index] === true ? boundOf(30_000_000) : {}),
    }),
  );
  expect(verdict.exitCode).not.toBe(0);
});

it('a single bound among many values is a warning', () => {
  const { metric, verdict } = judge(
    historyOf({
      medians: stretches([40, 100_000]),
      different: (index) => (index === 35 ? boundOf(30_000_000) : {}),
    }),
  );
  expect(metric.outcome).toBe('no change');
  expect(verdict).toEqual({
    status: 'warn',
    reasons: ['p95(query): 1 of the last 10 runs are only bounds'],
    exitCode: 0,
  });
});

it('values below 0 have no ratio: 3', () => {
  const different = (index: number) => ({
    values: [valueOf({ metric: 'p95(a) - p95(b)', value: (index < 20 ? -50_000 : 3_000) + index })],
    primary: 'p95(a) - p95(b)',
  });
  const { metric, verdict } = judge(historyOf({ medians: stretches([40, 1]), different }), {
    limits: [{ text: 'p95(a) - p95(b) < 1s', metric: 'p95(a) - p95(b)', operator: '<', value: 1_000_000 }],
  });
  expect(metric).toMatchObject({ outcome: 'not told', changes: [] });
  expect(metric.reason).toContain('20 of 40 values are below 0');
  expect(metric.forecasts[0]!.outcome).toBe('not told');
  expect(verdict.exitCode).toBe(3);
});

describe('few runs', () => {
  it.each([
    [10, 5],
    [12, 5],
    [8, 7],
    [20, 5],
  ])('%i and %i: a tenfold step is never a pass', (before, after) => {
    const passes = Array.from({ length: 30 }, (_, seed) =>
      judge(
        historyOf({
          medians: stretches([before, 100_000], [after, 1_000_000]),
          noise: 0.01,
          seed: seed + 1,
        }),
        { seed },
      ),
    ).filter(({ verdict }) => verdict.exitCode === 0);
    expect(passes).toEqual([]);
  });

  it.each([
    [14, 6],
    [30, 6],
  ])('%i and %i: an outlier before a tenfold step does not hide it', (before, after) => {
    const outcomes = Array.from({ length: 30 }, (_, seed) => {
      const medians = stretches([before, 100_000], [after, 1_000_000]).with(3, 2_000_000);
      return judge(historyOf({ medians, noise: 0.03, seed: seed + 1 }), { seed }).verdict.exitCode;
    });
    expect(outcomes.filter((code) => code === 0)).toEqual([]);
  });

  it('say between which runs it is suspected', () => {
    const { metric, verdict } = judge(
      historyOf({ medians: stretches([10, 100_000], [5, 130_000]), noise: 0.01, seed: 5 }),
      { seed: 5 },
    );
    expect(metric.changes).toEqual([]);
    expect(metric.suspected).toMatchObject({ index: 10 });
    expect(metric.outcome).toBe('suspected');
    expect(verdict.status).toBe('inconclusive');
    expect(verdict.reasons[0]).toMatch(
      /between run-009 \(.*\) and run-010 \(.*\) \(p = 0\.00\d\d\): 15 runs/,
    );
  });

  it('a step within the tolerance, or to the better side, is not suspected', () => {
    const small = judge(historyOf({ medians: stretches([10, 100_000], [5, 106_000]), noise: 0.005 }));
    expect(small.verdict.exitCode).toBe(0);
    const better = judge(historyOf({ medians: stretches([10, 1_000_000], [5, 100_000]), noise: 0.01 }));
    expect(better.verdict.exitCode).toBe(0);
    expect(better.metric.suspected).toBeNull();
  });

  it('say what they could not show', () => {
    const { metric } = judge(historyOf({ medians: stretches([16, 100_000]) }));
    expect(metric.reason).toBe(
      'no change in 16 runs; in the last 16 only a step that 5 runs or more show clearly is seen',
    );
  });
});

it('the rank sum counts the orders: one of C(15, 5) is the cleanest', () => {
  expect(rankSumTail(10, 5, 50)).toBeCloseTo(1 / 3_003, 12);
  // 1 + 1 + 2 + 3 + 5 + 7 orders with at most five pairs the other way.
  expect(rankSumTail(10, 5, 45)).toBeCloseTo(19 / 3_003, 12);
  expect(rankSumTail(2, 3, 0)).toBe(1);
});

it('two machines that run by turns are both looked at', () => {
  const first = historyOf({ medians: stretches([20, 100_000], [20, 200_000]) });
  const second = historyOf({
    medians: stretches([40, 100_000]),
    different: (index) => ({
      id: `other-${index}`,
      startedAt: new Date(Date.parse(first[index]!.startedAt) + 3_600_000).toISOString(),
      traits: { ...first[0]!.traits, machine: 'e'.repeat(16) },
    }),
  });
  const judged = judgeTrend([...first, ...second], questionOf());
  expect(judged.series.map(({ kind, others }) => [kind, others])).toEqual([
    [null, []],
    ['another machine (ffffffffffffffff)', []],
  ]);
  expect(judged.verdict.exitCode).toBe(1);
  expect(judged.verdict.reasons[0]).toContain('another machine (ffffffffffffffff): p95(query) regressed');
});

it('a stray run of another kind is named, and decides nothing', () => {
  const own = historyOf({ medians: stretches([40, 100_000]) });
  const stray = historyOf({
    medians: [300_000],
    different: () => ({ id: 'stray', startedAt: own[30]!.startedAt, traits: { machine: 'laptop' } }),
  });
  const { one, series, verdict } = judge([...own, ...stray]);
  expect(series).toHaveLength(1);
  expect(one.others).toMatchObject([{ runs: 1 }]);
  expect(verdict.exitCode).toBe(0);
});

it('a branch can be chosen', () => {
  const different = (index: number) => ({
    commit: { sha: shaOf(index), branch: index % 2 === 0 ? 'main' : 'topic', at: null, dirty: false },
    values: [valueOf({ value: index % 2 === 0 ? 100_000 : index < 30 ? 100_000 : 300_000 + index })],
  });
  const entries = historyOf({ medians: stretches([60, 1]), different });
  expect(judge(entries, { branch: 'main' }).metric.runs).toHaveLength(30);
  expect(judge(entries, { branch: 'main' }).verdict.exitCode).toBe(0);
  expect(judge(entries, { branch: 'topic' }).verdict.exitCode).toBe(1);
});
