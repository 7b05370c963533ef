// What informs beside the primary metric: chosen per phase, looked at together, and honest about what few pairs can show.

import { describe, expect, test } from 'vitest';
import { compareRuns } from '../../../src/compare/compare.ts';
import type { ComparisonInput } from '../../../src/compare/compare.ts';
import { fixedDesign, twoLooks } from '../../../src/compare/design.ts';
import type { ComparedPair } from '../../../src/compare/pair-values.ts';
import type { RunRecord } from '../../../src/record/schema.ts';
import { pairsOf } from '../../support/pairs.ts';
import { realisticRun } from '../../support/run-data.ts';
import { repeated } from '../../support/slices.ts';

const input = (pairs: readonly ComparedPair[], changes: Partial<ComparisonInput> = {}): ComparisonInput => ({
  ...{ id: 'c1', scenario: { name: 's', file: null, hash: 'h' }, target: 't', pairs, runs: [], seed: 1 },
  variants: { before: 'before', after: 'after' },
  design: fixedDesign(pairs.length),
  startedAt: '2026-01-01T00:00:00.000Z',
  finishedAt: '2026-01-01T00:01:00.000Z',
  ...{ command: 'mettle verify', primary: 'error_rate(query)', promises: [], claims: [] },
  ...changes,
});
type Change = (run: RunRecord, role: 'before' | 'after', index: number) => RunRecord;

const sixPairs = (change: Change = (run) => run): ComparedPair[] =>
  Array.from({ length: 6 }, (_, index) => {
    const before = realisticRun({ seed: index, variant: 'before' });
    const after = realisticRun({ seed: index });
    return {
      pair: index + 1,
      before: { ...before, run: change(before.run, 'before', index) },
      after: { ...after, run: change(after.run, 'after', index) },
    };
  });

const latency = (micros: number) => (index: number) => ({ okMicros: repeated(200, micros + index) });
const faster = (count: number) => pairsOf(count, latency(100_000), latency(50_000));

/** Six pairs in which p95 alone falls. */
const tailOnly = pairsOf(
  6,
  (index) => ({ okMicros: [...repeated(180, 100_000), ...repeated(20, 900_000 + index)] }),
  (index) => ({ okMicros: [...repeated(180, 100_000), ...repeated(20, 300_000 + index)] }),
);

describe('looked at together', () => {
  test('two of three that change in six pairs are called, one alone is not', () => {
    const both = compareRuns(input(faster(6)));
    expect(both.metrics.map(({ metric, outcome }) => [metric, outcome])).toEqual([
      ['error_rate(query)', 'no change'],
      ['p50(query)', 'improved'],
      ['p95(query)', 'improved'],
      ['throughput(query)', 'no change'],
    ]);
    // 0.03125 · 3 / 2
    expect(both.metrics[1]?.adjustedP).toBeCloseTo(0.046875, 9);
    expect(both.metrics[0]?.adjustedP).toBeNull();
    expect(both.notes.join()).toContain('of 3 metrics that inform at least 2 of them must show it together');

    const one = compareRuns(input(tailOnly)).metrics.find(({ metric }) => metric === 'p95(query)');
    expect(one).toMatchObject({ outcome: 'inconclusive', alone: 'improved' });
    // 0.03125 · 3 / 1
    expect(one?.adjustedP).toBeCloseTo(0.09375, 9);
    expect(one?.reason).toContain(
      'on its own it would be improved, but among 3 metrics that inform p is 0.094',
    );
  });

  test('the primary metric stands alone', () => {
    const { metrics } = compareRuns(input(faster(6), { primary: 'p50(query)' }));
    expect(metrics[0]).toMatchObject({ primary: true, outcome: 'improved', adjustedP: null });
  });

  test('what has a claim stands alone, too: it was said beforehand', () => {
    const claim = {
      id: 'c',
      says: 's',
      metric: 'p95(query)',
      expect: 'at least 30% lower',
      documented: null,
      because: null,
    };
    const { metrics } = compareRuns(input(tailOnly, { claims: [claim] }));
    const one = metrics.find(({ metric }) => metric === 'p95(query)');
    expect(one).toMatchObject({ outcome: 'improved', adjustedP: null, alone: null });
  });

  test('so does what is claimed of elsewhere, whatever else is looked at, and nothing is judged of it', () => {
    const of = (claimed: readonly string[]) => compareRuns(input(tailOnly, { claimed }));
    const { metrics, claims } = of(['p95( query )', 'p75(query)']);
    expect(claims).toEqual([]);
    expect(metrics.map(({ metric }) => metric)).toEqual([
      ...['error_rate(query)', 'p95(query)', 'p75(query)', 'p50(query)', 'throughput(query)'],
    ]);
    const [, p95, p75] = metrics;
    expect(p95).toMatchObject({ outcome: 'improved', adjustedP: null, alone: null });
    expect(p75).toMatchObject({ outcome: 'no change', adjustedP: null });
    // The family is as large as that of the verification with these claims.
    expect(of(['p95(query)']).notes.join()).toContain('of 2 metrics that inform');
  });

  test('with ten pairs one metric alone can be told, and nothing is said about it', () => {
    expect(compareRuns(input(faster(10))).notes).toEqual([]);
  });

  test('at two looks the level is that of a look', () => {
    const { metrics, notes, design } = compareRuns(input(faster(8), { design: twoLooks(16) }));
    expect(design).toEqual({ kind: 'looks', looks: [8, 16], confidence: 0.9706, equivalence: 0.9412 });
    expect(metrics[1]?.outcome).toBe('improved');
    expect(notes).toEqual(['8 of 16 pairs are complete']);
  });
});

describe('chosen', () => {
  const pairs = sixPairs();
  const namesOf = (primary: string | null): string[] =>
    compareRuns(input(pairs, { primary })).metrics.map(({ metric }) => metric);

  test('of the steps that the primary metric is about', () => {
    expect(namesOf('p95(answer)').filter((name) => name.includes('query'))).toEqual([]);
    expect(namesOf('p95(answer)')).toContain('throughput(answer) during fault:slow-db');
  });

  test('of all of them, when it is about none', () => {
    expect(namesOf('recovery(slow-db)')).toContain('p50 during steady');
    expect(namesOf(null)).toContain('error_rate during recovery:slow-db');
  });

  test('of seven phases at most; the others are named', () => {
    const phases = ['a', 'b', 'c', 'd'].flatMap((id, index) => [
      { name: `fault:${id}`, startMicros: index * 2e6, endMicros: index * 2e6 + 1e6 },
      { name: `recovery:${id}`, startMicros: index * 2e6 + 1e6, endMicros: index * 2e6 + 2e6 },
    ]);
    const many = pairs.map(({ pair, before, after }) => ({
      pair,
      before: { ...before, run: { ...before.run, phases } },
      after: { ...after, run: { ...after.run, phases } },
    }));
    expect(compareRuns(input(many)).notes.join()).toContain('not compared on their own: recovery:d');
  });
});

test('a recovery that some run had no need of is left out, and told; a fault that did not act stays', () => {
  const without = (run: RunRecord, name: string): RunRecord => ({
    ...run,
    phases: run.phases.filter((phase) => phase.name !== name),
  });
  const compared = (name: string) =>
    compareRuns(
      input(sixPairs((run, role, index) => (role === 'after' && index === 3 ? without(run, name) : run))),
    );
  const recovery = compared('recovery:slow-db');
  expect(recovery.metrics.filter(({ metric }) => metric.includes('recovery:'))).toEqual([]);
  expect(recovery.notes.join()).toContain(
    'some runs had nothing to recover from: recovery:slow-db (1 of 6 runs after)',
  );
  const fault = compared('fault:slow-db');
  expect(fault.metrics.some(({ metric }) => metric.includes('fault:slow-db'))).toBe(true);
});

test('of two faults at the same moments, one that was held back in some run does not stand for the other', () => {
  const withTwin = (run: RunRecord, acted: boolean): RunRecord => ({
    ...run,
    faults: run.faults.flatMap((fault) => [
      { ...fault, effectAtMicros: acted ? fault.effectAtMicros : null },
      { ...fault, id: 'twin' },
    ]),
    phases: run.phases.flatMap((phase) => {
      if (!phase.name.endsWith(':slow-db')) return [phase];
      const twin = { ...phase, name: phase.name.replace('slow-db', 'twin') };
      return acted ? [phase, twin] : [twin];
    }),
  });
  const pairs = sixPairs((run, role, index) => withTwin(run, role === 'after' || index !== 2));
  const { metrics, notes } = compareRuns(input(pairs));
  const named = (name: string) => metrics.filter(({ metric }) => metric.endsWith(`during ${name}`));
  expect(named('fault:twin').length).toBeGreaterThan(2);
  expect(new Set(named('fault:slow-db').map(({ outcome }) => outcome))).toEqual(new Set(['invalid']));
  expect(new Set(named('recovery:slow-db').map(({ outcome }) => outcome))).toEqual(new Set(['invalid']));
  expect(notes.join()).not.toContain('nothing to recover from: recovery:slow-db');
});

describe('faults that are planned for the same moments', () => {
  const withTwin = (run: RunRecord, shiftMicros: number): RunRecord => ({
    ...run,
    faults: run.faults.flatMap((fault) => [
      fault,
      { ...fault, id: 'twin', plannedAtMicros: fault.plannedAtMicros + shiftMicros },
    ]),
    phases: run.phases.flatMap((phase) => [
      phase,
      ...(phase.name.endsWith(':slow-db')
        ? [{ ...phase, name: phase.name.replace('slow-db', 'twin'), startMicros: phase.startMicros + 1 }]
        : []),
    ]),
  });
  const compared = (shiftMicros: (index: number) => number) =>
    compareRuns(input(sixPairs((run, _role, index) => withTwin(run, shiftMicros(index)))));

  test('are compared once, under the first name, and that is told', () => {
    const { metrics, notes } = compared(() => 0);
    expect(metrics.filter(({ metric }) => metric.includes('slow-db')).length).toBeGreaterThan(4);
    expect(metrics.filter(({ metric }) => metric.includes('twin'))).toEqual([]);
    expect(notes.join()).toContain(
      'planned for the same moments: fault:twin with fault:slow-db, recovery:twin with recovery:slow-db',
    );
  });

  test('are compared apart when one run had them at other moments', () => {
    const { metrics, notes } = compared((index) => (index === 5 ? 1 : 0));
    expect(metrics.some(({ metric }) => metric.includes('fault:twin'))).toBe(true);
    expect(notes.join()).not.toContain('same moments');
  });
});

describe('a fault that acted in one run of a pair only', () => {
  const held = (run: RunRecord): RunRecord => ({
    ...run,
    faults: run.faults.map((fault) => ({ ...fault, effectAtMicros: null, status: 'not injected' as const })),
  });
  const pairs = sixPairs((run, role, index) => (role === 'before' && index === 2 ? held(run) : run));
  const { metrics, claims, verdict } = compareRuns(
    input(pairs, {
      primary: 'p50(query)',
      promises: [
        { assert: 'p50(query) < 1s during steady', severity: 'fail' },
        { assert: 'recovery(slow-db) < 9s', severity: 'fail' },
      ],
      claims: [
        {
          ...{ id: 'c', says: 's', metric: 'throughput(query)', expect: 'no worse than 10%' },
          ...{ documented: null, because: null },
        },
      ],
    }),
  );
  const reasonOf = (name: string) => metrics.find(({ metric }) => metric === name)?.reason;

  test('makes whole runs unlike, and says what to do', () => {
    const text = 'pair 3: the fault `slow-db` acted 0 times before and 1 times after';
    expect(metrics[0]).toMatchObject({ outcome: 'invalid' });
    expect(metrics[0]?.reason).toContain(text);
    expect(metrics[0]?.reason).toContain('`inject: always`');
    expect(claims[0]).toMatchObject({ verdict: 'invalid', estimate: null });
    expect(verdict).toMatchObject({ status: 'invalid', exitCode: 3 });
  });

  test('leaves the steady phase to be compared, and what is about the fault without a value', () => {
    expect(metrics.find(({ metric }) => metric === 'p50(query) during steady')?.outcome).not.toBe('invalid');
    expect(reasonOf('recovery(slow-db)')).toContain('pair 3, before: the fault `slow-db` was not injected');
    expect(reasonOf('p50(query) during fault:slow-db')).toContain('pair 3, before: the fault `slow-db`');
  });
});
