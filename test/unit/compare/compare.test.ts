// The whole comparison document, its verdict's truth table, and what it refuses to compare.

import { describe, expect, test } from 'vitest';
import { compareRuns } from '../../../src/compare/compare.ts';
import type { ComparisonInput } from '../../../src/compare/compare.ts';
import { fixedDesign } from '../../../src/compare/design.ts';
import { judgeComparison } from '../../../src/compare/judgement.ts';
import type { JudgementInput } from '../../../src/compare/judgement.ts';
import { comparisonSchema } from '../../../src/compare/schema.ts';
import type { RunRecord } from '../../../src/record/schema.ts';
import { sampleComparison } from '../../support/comparison-data.ts';
import { pairsOf } from '../../support/pairs.ts';
import { realisticRun } from '../../support/run-data.ts';
import { repeated } from '../../support/slices.ts';

const latency = (micros: number) => () => ({ okMicros: repeated(200, micros) });
const fine = pairsOf(6, latency(100_000), latency(50_000));
const passed = { status: 'pass' as const, reasons: [], exitCode: 0 };

const input = (changes: Partial<ComparisonInput> = {}): ComparisonInput => ({
  id: 'c1',
  scenario: { name: 's', file: null, hash: 'h' },
  target: 't',
  variants: { before: 'before', after: 'after' },
  design: fixedDesign(6),
  pairs: fine,
  runs: [],
  seed: 1,
  startedAt: '2026-01-01T00:00:00.000Z',
  finishedAt: '2026-01-01T00:01:00.000Z',
  command: 'mettle verify',
  primary: 'p95(query)',
  promises: [],
  claims: [],
  ...changes,
});

const claim = (expect_: string) => ({
  id: 'faster',
  says: 'faster',
  metric: 'p50( query )',
  expect: expect_,
  documented: null,
  because: null,
});

/** Every `after` run with this change to its record. */
const withAfter = (change: (run: RunRecord) => Partial<RunRecord>, only?: number) =>
  fine.map((pair) =>
    only === undefined || pair.pair === only
      ? { ...pair, after: { ...pair.after, run: { ...pair.after.run, ...change(pair.after.run) } } }
      : pair,
  );

describe('the document', () => {
  const pairs = Array.from({ length: 6 }, (_, index) => ({
    pair: index + 1,
    before: realisticRun({ seed: index, variant: 'before', medianMicros: 90_000 }),
    after: realisticRun({ seed: index }),
  }));
  const promises = [
    { assert: 'p95(query) < 500ms', severity: 'fail' as const },
    { assert: 'recovery(slow-db) < 3s', severity: 'fail' as const },
    { assert: 'p50(query)  <  1s', severity: 'fail' as const },
  ];
  const document = compareRuns(input({ pairs, promises, claims: [claim('at least 60% lower')] }));

  test('validates, with or without what it is made of in memory', () => {
    expect(comparisonSchema.parse(JSON.parse(JSON.stringify(document)))).toEqual(document);
  });

  test('compares the primary metric, every promise’s and claim’s, and the usual ones of each phase, once each', () => {
    const names = document.metrics.map((metric) => metric.metric);
    expect(names).toEqual([
      ...['p95(query)', 'recovery(slow-db)', 'p50(query)'],
      ...['p50', 'p95', 'error_rate', 'throughput'].map((metric) => `${metric}(query) during steady`),
      ...['fault', 'recovery'].flatMap((phase) =>
        ['p50', 'error_rate', 'throughput'].map((metric) => `${metric}(query) during ${phase}:slow-db`),
      ),
    ]);
    expect(document.metrics.filter(({ primary }) => primary).map(({ metric }) => metric)).toEqual([
      'p95(query)',
    ]);
  });

  test('says which of them neither variant has enough samples for', () => {
    expect(document.notes.join()).toContain(
      'p95(query) during fault:slow-db (pair 1, before: p95 needs at least 200 samples, there are ',
    );
  });

  test('sums up promises per variant', () => {
    expect(document.promises[0]).toMatchObject({
      text: 'p95(query) < 500ms',
      unit: 'µs',
      limit: 500_000,
      after: { passed: 6, failed: 0, other: 0 },
    });
    expect(document.promises[0]?.before.median).toBeGreaterThan(
      document.promises[0]?.after.median ?? Infinity,
    );
  });

  test('has a spectrum of each step before and after, rising, within what was good', () => {
    expect(document.spectra.map((spectrum) => `${spectrum.series} ${spectrum.role}`)).toEqual([
      'query before',
      'query after',
      'answer before',
      'answer after',
    ]);
    for (const { points, okShare, samples } of document.spectra) {
      expect(points.length).toBeGreaterThan(20);
      expect(points.map((point) => point.micros)).toEqual(
        points.map((point) => point.micros).sort((a, b) => a - b),
      );
      expect(points.at(-1)?.quantile).toBeLessThanOrEqual(okShare);
      expect(samples).toBe(6 * 400);
    }
  });

  test('is the same whenever it is made of the same records', () => {
    expect(compareRuns(input({ pairs, promises, claims: [claim('at least 60% lower')] }))).toEqual(document);
  });
});

describe('the verdict', () => {
  test('passes on an improvement and on a confirmed claim', () => {
    expect(compareRuns(input({ claims: [claim('at least 40% lower')] })).verdict).toEqual(passed);
  });

  test('fails on a regression of the primary metric only', () => {
    const worse = pairsOf(6, latency(50_000), latency(100_000));
    expect(compareRuns(input({ pairs: worse })).verdict).toMatchObject({ status: 'fail', exitCode: 1 });
    const informed = compareRuns(
      input({
        pairs: worse,
        primary: 'error_rate(query)',
        promises: [{ assert: 'p95(query) < 1s', severity: 'fail' }],
      }),
    );
    expect(informed.metrics[1]).toMatchObject({ metric: 'p95(query)', outcome: 'regressed' });
    expect(informed.verdict.status).toBe('pass');
  });

  test('fails on a refuted claim', () => {
    const { verdict } = compareRuns(input({ claims: [claim('at least 90% lower')] }));
    expect(verdict).toMatchObject({ status: 'fail', exitCode: 1 });
    expect(verdict.reasons[0]).toContain('faster');
  });

  const slo = [
    {
      text: 'p95(query) < 60ms',
      severity: 'fail' as const,
      status: 'fail' as const,
      value: 1,
      atLeast: false,
      limit: 1,
      unit: 'µs' as const,
      samples: 1,
      reason: 'it is not',
    },
  ];

  test('promises gate the after variant only', () => {
    const promises = [{ assert: 'p95(query) < 60ms', severity: 'fail' as const }];
    const beforeBroken = fine.map((pair) => ({
      ...pair,
      before: { ...pair.before, run: { ...pair.before.run, slo } },
    }));
    const shown = compareRuns(input({ pairs: beforeBroken, promises }));
    expect(shown.verdict.status).toBe('pass');
    expect(shown.promises[0]?.before.failed).toBe(6);
    const gated = compareRuns(input({ pairs: withAfter(() => ({ slo }), 2), promises }));
    expect(gated.verdict).toMatchObject({ status: 'fail', exitCode: 1 });
    expect(gated.verdict.reasons).toEqual(['after: p95(query) < 60ms broken in 1 of 6 runs']);
    const unjudged = slo.map((promise) => ({
      ...promise,
      severity: 'warn' as const,
      status: 'invalid' as const,
    }));
    expect(compareRuns(input({ pairs: withAfter(() => ({ slo: unjudged })), promises })).verdict.status).toBe(
      'pass',
    );
    const needed = slo.map((promise) => ({ ...promise, status: 'invalid' as const }));
    expect(compareRuns(input({ pairs: withAfter(() => ({ slo: needed })), promises })).verdict.exitCode).toBe(
      3,
    );
  });

  test('one that only warns is told when it was broken, and is nothing to be judged by alone', () => {
    const promises = [{ assert: 'p95(query) < 60ms', severity: 'warn' as const }];
    const broken = slo.map((promise) => ({ ...promise, severity: 'warn' as const }));
    const pairs = withAfter(() => ({ slo: broken }));
    const { verdict, notes } = compareRuns(input({ pairs, promises }));
    expect(verdict.status).toBe('pass');
    expect(notes.join()).toContain('after: p95(query) < 60ms broken in 6 of 6 runs, which only warns');
    expect(compareRuns(input({ pairs, promises, primary: null })).verdict).toMatchObject({
      status: 'invalid',
      exitCode: 3,
    });
  });

  test('a run that measured nothing reliable makes everything invalid', () => {
    const pairs = withAfter(
      () => ({ verdict: { status: 'invalid', reasons: ['the generator was saturated'], exitCode: 3 } }),
      4,
    );
    const { verdict, metrics } = compareRuns(input({ pairs }));
    expect(verdict).toMatchObject({ status: 'invalid', exitCode: 3 });
    expect(verdict.reasons[0]).toContain('saturated');
    expect(metrics[0]?.outcome).toBe('invalid');
  });

  const slow: RunRecord['slo'][number] = {
    ...{ text: 'p95(query) < 60ms', severity: 'fail', status: 'fail', value: 100_000, atLeast: false },
    ...{ limit: 60_000, unit: 'µs', samples: 200, reason: '100 ms is above 60 ms' },
  };
  const promises = [{ assert: slow.text, severity: 'fail' as const }];

  test('what a spoiled run says of its promises breaks none of them', () => {
    const reasons = ['the generator was saturated', `${slow.text}: ${slow.reason ?? ''}`];
    const spoiled = () => ({ slo: [slow], verdict: { status: 'invalid' as const, reasons, exitCode: 3 } });
    const document = compareRuns(input({ pairs: withAfter(spoiled, 4), promises }));
    expect(document.verdict).toMatchObject({ status: 'invalid', exitCode: 3 });
    expect(document.verdict.reasons.join()).not.toContain('broken');
    expect(document.promises[0]?.after).toEqual({
      ...{ passed: 0, failed: 0, other: 1, median: null, medianAtLeast: false },
    });
  });

  test('a promise that another one leaves without a judgement is broken all the same', () => {
    const unjudged = { ...slow, text: 'p99(query) < 1s', status: 'invalid' as const, reason: 'too few' };
    const broken = withAfter(() => ({
      slo: [slow, unjudged],
      verdict: { status: 'fail', reasons: [`${slow.text}: ${slow.reason ?? ''}`], exitCode: 1 },
    }));
    const { verdict } = compareRuns(input({ pairs: broken, promises }));
    expect(verdict).toMatchObject({ status: 'fail', exitCode: 1 });
    const lacking = withAfter(() => ({
      slo: [unjudged],
      verdict: { status: 'invalid', reasons: [`${unjudged.text}: too few`], exitCode: 3 },
    }));
    expect(compareRuns(input({ pairs: lacking, promises })).verdict.reasons).toEqual([
      'after: p99(query) < 1s could not be judged in 6 of 6 runs',
    ]);
  });

  test('a promise that stopped a run is broken', () => {
    const stoppedBy = {
      ...{ promise: slow.text, sinceMicros: 1e6, atMicros: 5e6, windowMicros: 1e7 },
      ...{ bad: 50, total: 100, allowedShare: 0.05 },
    };
    const verdict = { status: 'invalid' as const, reasons: ['the generator was saturated'], exitCode: 3 };
    const stopped = withAfter(() => ({ stoppedBy, slo: [slow], verdict }), 4);
    expect(compareRuns(input({ pairs: stopped, promises })).verdict).toMatchObject({
      ...{ status: 'fail', exitCode: 1 },
    });
  });

  test('a run that a promise stopped is a part, and nothing is compared with it', () => {
    const stoppedBy = {
      ...{ promise: 'error_rate < 1%', sinceMicros: 1e6, atMicros: 5e6, windowMicros: 1e7 },
      ...{ bad: 50, total: 100, allowedShare: 0.01 },
    };
    const { verdict, metrics } = compareRuns(input({ pairs: withAfter(() => ({ stoppedBy }), 4) }));
    expect(verdict).toMatchObject({ status: 'invalid', exitCode: 3 });
    expect(verdict.reasons[0]).toContain('stopped by `error_rate < 1%`');
    expect(metrics[0]?.outcome).toBe('invalid');
  });

  test('too few pairs are invalid, and interrupted when that is why', () => {
    expect(compareRuns(input({ pairs: fine.slice(0, 4) })).verdict).toMatchObject({
      status: 'invalid',
      exitCode: 3,
    });
    expect(compareRuns(input({ pairs: fine.slice(0, 4), interrupted: true })).verdict).toMatchObject({
      status: 'interrupted',
      exitCode: 130,
    });
    expect(compareRuns(input({ pairs: [], interrupted: true })).verdict.exitCode).toBe(130);
  });

  test('a run that was cut short is no member of a pair', () => {
    const pairs = withAfter(() => ({ verdict: { status: 'interrupted', reasons: [], exitCode: 130 } }), 6);
    const document = compareRuns(input({ pairs }));
    expect(document).toMatchObject({ pairs: 5, verdict: { status: 'interrupted' } });
    expect(document.notes).toContain('5 of 6 pairs are complete');
  });

  test('an undo that failed outranks everything', () => {
    expect(
      compareRuns(input({ pairs: [], interrupted: true, undoFailed: ['toxic left'] })).verdict,
    ).toMatchObject({ exitCode: 4 });
    const pairs = withAfter(() => ({ verdict: { status: 'fail', reasons: ['toxic left'], exitCode: 4 } }), 1);
    expect(compareRuns(input({ pairs })).verdict.exitCode).toBe(4);
  });

  test('nothing to judge is not a pass', () => {
    expect(compareRuns(input({ primary: null })).verdict).toMatchObject({ status: 'invalid', exitCode: 3 });
    const claimed = compareRuns(input({ primary: null, claims: [claim('at least 40% lower')] }));
    expect(claimed.verdict.status).toBe('pass');
    expect(claimed.notes.join()).toContain('no primary metric');
  });
});

test('every combination of causes is decided by the strongest', () => {
  const metric = sampleComparison().metrics[0]!;
  const result = sampleComparison().claims[0]!;
  const base: JudgementInput = {
    pairs: fine,
    metrics: [{ ...metric, primary: true, outcome: 'no change' }],
    claims: [],
    invalid: [],
    interrupted: false,
    undoFailed: [],
  };
  const causes: {
    readonly add: (input: JudgementInput) => JudgementInput;
    readonly status: string;
    readonly exitCode: number;
  }[] = [
    { add: (at) => ({ ...at, undoFailed: ['left'] }), status: 'fail', exitCode: 4 },
    { add: (at) => ({ ...at, interrupted: true }), status: 'interrupted', exitCode: 130 },
    {
      add: (at) => ({ ...at, claims: [...at.claims, { ...result, verdict: 'refuted' }] }),
      status: 'fail',
      exitCode: 1,
    },
    {
      add: (at) => ({ ...at, metrics: [...at.metrics, { ...metric, primary: true, outcome: 'regressed' }] }),
      status: 'fail',
      exitCode: 1,
    },
    { add: (at) => ({ ...at, invalid: ['another machine'] }), status: 'invalid', exitCode: 3 },
    {
      add: (at) => ({ ...at, claims: [...at.claims, { ...result, verdict: 'invalid' }] }),
      status: 'invalid',
      exitCode: 3,
    },
    {
      add: (at) => ({ ...at, claims: [...at.claims, { ...result, verdict: 'inconclusive' }] }),
      status: 'inconclusive',
      exitCode: 3,
    },
    {
      add: (at) => ({
        ...at,
        metrics: [...at.metrics, { ...metric, primary: true, outcome: 'inconclusive' }],
      }),
      status: 'inconclusive',
      exitCode: 3,
    },
    {
      add: (at) => ({
        ...at,
        metrics: [...at.metrics, { ...metric, primary: false, outcome: 'inconclusive' }],
      }),
      status: 'pass',
      exitCode: 0,
    },
  ];
  for (let mask = 0; mask < 2 ** causes.length; mask += 1) {
    const present = causes.filter((_, index) => (mask & (1 << index)) !== 0);
    const { status, exitCode } = judgeComparison(present.reduce((at, cause) => cause.add(at), base));
    const expected = present[0] ?? { status: 'pass', exitCode: 0 };
    expect({ mask, status, exitCode }).toEqual({
      mask,
      status: expected.status,
      exitCode: expected.exitCode,
    });
  }
});

describe('what differs is not compared', () => {
  const environment = (run: RunRecord, change: Partial<RunRecord['environment']>): Partial<RunRecord> => ({
    environment: { ...run.environment, ...change },
  });
  test.each<[string, (run: RunRecord) => Partial<RunRecord>]>([
    ['scenario', (run) => ({ scenario: { ...run.scenario, hash: 'c'.repeat(64) } })],
    [
      'load',
      (run) => ({
        load: {
          ...run.load,
          entries: [
            {
              flows: ['x'],
              model: 'users',
              delayMicros: 0,
              stages: [],
              maxInFlight: null,
              onLimit: null,
              everyMicros: null,
              iterations: null,
            },
          ],
        },
      }),
    ],
    ['warm-up', (run) => ({ load: { ...run.load, warmupMicros: 7 } })],
    ['target', (run) => ({ target: { ...run.target, name: 'other' } })],
    ['machine', (run) => environment(run, { fingerprint: 'f' })],
    ['precedence', (run) => environment(run, { precedence: 'raised' })],
    ['threads', (run) => environment(run, { threads: 9 })],
    ['fault proxy', (run) => environment(run, { proxy: 'toxiproxy' })],
    ['Mettle version', (run) => environment(run, { mettle: '9.9.9' })],
    ['seed in pair 3', () => ({ seed: 99 })],
  ])('another %s is named', (what, change) => {
    const pairs = withAfter(change, 3);
    const { verdict, metrics } = compareRuns(input({ pairs }));
    expect(verdict).toMatchObject({ status: 'invalid', exitCode: 3 });
    expect(verdict.reasons.join()).toContain(`another ${what}`);
    expect(metrics[0]?.outcome).toBe('invalid');
    const forced = compareRuns(input({ pairs, force: true }));
    expect(forced.metrics[0]?.outcome).toBe('improved');
    expect(forced.forced.join()).toContain(`another ${what}`);
  });
});
