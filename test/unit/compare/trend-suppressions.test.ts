// Suppressions: they accept one regression, of a size, for a time, and never hide it.

import { expect, it } from 'vitest';
import type { Suppression } from '../../../src/compare/trend-suppressions.ts';
import { judgeTrend } from '../../../src/compare/trend.ts';
import { primaryMetric, valueOf } from '../../support/history.ts';
import { historyOf, questionOf, shaOf, stretches } from '../../support/trends.ts';

const suppressionOf = (overrides: Partial<Suppression> = {}): Suppression => ({
  metric: primaryMetric,
  scenario: null,
  variant: null,
  at: { kind: 'run', id: 'run-020' },
  atText: 'run-020',
  most: Math.log(1.4),
  upTo: '40%',
  reason: 'encryption costs this much',
  expires: '2026-12-31',
  ...overrides,
});

const entries = historyOf({ medians: stretches([20, 100_000], [20, 130_000]) });

function judge(...suppressions: Suppression[]) {
  const judged = judgeTrend(entries, questionOf({ suppressions }));
  return { ...judged, metric: judged.series[0]!.metrics[0]! };
}

it('an accepted regression is shown, with its reason, and does not fail', () => {
  const { metric, verdict, suppressions } = judge(suppressionOf());
  expect(metric.outcome).toBe('suppressed');
  expect(metric.changes[0]).toMatchObject({
    outcome: 'regressed',
    stands: true,
    suppressed: { reason: 'encryption costs this much', expires: '2026-12-31' },
  });
  expect(suppressions[0]!.state).toBe('suppresses');
  expect(verdict).toMatchObject({ status: 'warn', exitCode: 0 });
  expect(verdict.reasons[0]).toContain('regressed, and is accepted');
});

const places: readonly (readonly [string, Suppression['at'], boolean])[] = [
  ['the first run after it', { kind: 'run', id: 'run-020' }, true],
  ['the last run before it', { kind: 'run', id: 'run-019' }, true],
  ['a run two further on, where it may once have been found', { kind: 'run', id: 'run-022' }, true],
  ['a run three further on', { kind: 'run', id: 'run-023' }, false],
  ['its commit', { kind: 'commit', sha: shaOf(20) }, true],
  ['its commit, shortened', { kind: 'commit', sha: shaOf(20).slice(0, 12) }, true],
  ['a commit far from it', { kind: 'commit', sha: shaOf(5) }, false],
  ['its day', { kind: 'days', from: '2026-01-21', to: '2026-01-21' }, true],
  ['days around it', { kind: 'days', from: '2026-01-01', to: '2026-02-01' }, true],
  ['a day after it', { kind: 'days', from: '2026-01-22', to: '2026-01-22' }, false],
  ['a day before it', { kind: 'days', from: '2026-01-19', to: '2026-01-19' }, false],
];

it.each(places)('names %s', (_says, at, accepted) => {
  const { verdict, suppressions } = judge(suppressionOf({ at }));
  expect(verdict.exitCode).toBe(accepted ? 0 : 1);
  if (!accepted) expect(suppressions[0]!.state).toBe('matches nothing');
});

const useless: readonly (readonly [string, Partial<Suppression>, string])[] = [
  ['has expired', { expires: '2026-03-31' }, 'expired'],
  ['is too small', { most: Math.log(1.1), upTo: '10%' }, 'too small'],
  ['is of another metric', { metric: 'p50(query)' }, 'matches nothing'],
  ['is of another scenario', { scenario: 'another' }, 'matches nothing'],
  ['is of another variant', { variant: 'before' }, 'matches nothing'],
];

it.each(useless)('one that %s is told and accepts nothing', (_says, overrides, state) => {
  const { metric, verdict, suppressions } = judge(suppressionOf(overrides));
  expect(metric.changes[0]!.suppressed).toBeNull();
  expect(suppressions[0]!.state).toBe(state);
  expect(verdict.exitCode).toBe(1);
  expect(verdict.reasons.at(-1)).toMatch(/^suppression of \S+ at run-020: /);
});

it('still accepts on its last day', () => {
  const onLastDay = judgeTrend(
    entries,
    questionOf({ suppressions: [suppressionOf({ expires: '2026-04-01' })] }),
  );
  expect(onLastDay.verdict.exitCode).toBe(0);
});

it('accepts one regression, not the next', () => {
  const judged = judgeTrend(
    historyOf({ medians: stretches([20, 100_000], [20, 130_000], [20, 160_000]) }),
    questionOf({ suppressions: [suppressionOf()] }),
  );
  const changes = judged.series[0]!.metrics[0]!.changes;
  expect(changes.map(({ suppressed }) => suppressed !== null)).toEqual([true, false]);
  expect(judged.verdict.exitCode).toBe(1);
});

it('nothing that became better needs one', () => {
  const judged = judgeTrend(
    historyOf({ medians: stretches([20, 130_000], [20, 100_000]) }),
    questionOf({ suppressions: [suppressionOf()] }),
  );
  expect(judged.suppressions[0]!.state).toBe('matches nothing');
  expect(judged.verdict).toMatchObject({ status: 'warn', exitCode: 0 });
});

/** Commits that later runs have too: `first` from run 0, `second` from 20, `third` from 40. */
const commits = [shaOf(900), shaOf(901), shaOf(902)] as const;
const ofThree = (index: number) => ({
  commit: { sha: commits[Math.min(2, Math.floor(index / 20))]!, branch: null, at: null, dirty: false },
});

it('a commit accepts the change that came with it, not the one that followed its last run', () => {
  const judged = judgeTrend(
    historyOf({
      medians: stretches([20, 100_000], [20, 116_000], [20, 135_000]),
      noise: 0.01,
      different: ofThree,
    }),
    questionOf({
      suppressions: [
        suppressionOf({
          at: { kind: 'commit', sha: commits[1].slice(0, 8) },
          most: Math.log(1.2),
          upTo: '20%',
        }),
      ],
    }),
  );
  const { changes } = judged.series[0]!.metrics[0]!;
  expect(changes.map(({ index, suppressed }) => [index, suppressed !== null])).toEqual([
    [20, true],
    [40, false],
  ]);
  expect(judged.verdict.exitCode).toBe(1);
});

it('days accept one regression: the first', () => {
  const days = { kind: 'days', from: '2026-01-01', to: '2026-03-31' } as const;
  const judged = judgeTrend(
    historyOf({ medians: stretches([20, 100_000], [20, 130_000], [20, 160_000]) }),
    questionOf({ suppressions: [suppressionOf({ at: days })] }),
  );
  const { changes } = judged.series[0]!.metrics[0]!;
  expect(changes.map(({ suppressed }) => suppressed !== null)).toEqual([true, false]);
  expect(judged.verdict.exitCode).toBe(1);
});

it('what creeps up after an accepted step is more than was accepted', () => {
  const judged = judgeTrend(
    historyOf({ medians: stretches([20, 100_000], [20, 118_000], [20, 128_500]), noise: 0.01 }),
    questionOf({ suppressions: [suppressionOf({ most: Math.log(1.2), upTo: '20%' })] }),
  );
  const { changes } = judged.series[0]!.metrics[0]!;
  expect(changes.map(({ outcome }) => outcome)).toEqual(['regressed', 'within tolerance']);
  expect(changes[0]!.suppressed).toBeNull();
  expect(judged.suppressions[0]).toMatchObject({ state: 'too small' });
  expect(judged.suppressions[0]!.says).toContain('has grown since to more than 20%');
  expect(judged.verdict.exitCode).toBe(1);
});

it('two accepted steps are two, each of its own size', () => {
  const at = (run: number) => suppressionOf({ at: { kind: 'run', id: `run-0${run}` }, upTo: '40%' });
  const judged = judgeTrend(
    historyOf({ medians: stretches([20, 100_000], [20, 130_000], [20, 160_000]) }),
    questionOf({ suppressions: [at(20), at(40)] }),
  );
  expect(judged.suppressions.map(({ state }) => state)).toEqual(['suppresses', 'suppresses']);
  expect(judged.verdict).toMatchObject({ status: 'warn', exitCode: 0 });
});

it('nobody knows how large a step to bounds is: no size accepts it', () => {
  const judged = judgeTrend(
    historyOf({
      medians: stretches([40, 100_000]),
      different: (index) => (index >= 20 ? { values: [valueOf({ value: 110_000, atLeast: true })] } : {}),
    }),
    questionOf({ suppressions: [suppressionOf()] }),
  );
  expect(judged.suppressions[0]).toMatchObject({ state: 'too small' });
  expect(judged.verdict.exitCode).toBe(1);
});

it('a regression that was mended does not stand again because of a later one, which is accepted by itself', () => {
  const judged = judgeTrend(
    historyOf({
      medians: stretches([20, 100_000], [20, 160_000], [20, 100_000], [20, 115_000]),
      noise: 0.01,
    }),
    questionOf({
      suppressions: [suppressionOf({ at: { kind: 'run', id: 'run-060' }, most: Math.log(1.2), upTo: '20%' })],
    }),
  );
  const { changes } = judged.series[0]!.metrics[0]!;
  expect(changes.map(({ outcome, stands }) => [outcome, stands])).toEqual([
    ['regressed', false],
    ['improved', false],
    ['regressed', true],
  ]);
  expect(judged.verdict).toMatchObject({ status: 'warn', exitCode: 0 });
});
