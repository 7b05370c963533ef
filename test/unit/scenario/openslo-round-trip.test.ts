// Promises written as OpenSLO and read again are the same promises, of every kind that the language has.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openSloDocuments } from '../../../src/scenario/openslo-documents.ts';
import { openSloExportNotes } from '../../../src/scenario/openslo-export-notes.ts';
import { openSloOf, openSloText } from '../../../src/scenario/openslo-export.ts';
import { importOpenSlo } from '../../../src/scenario/openslo-import.ts';
import { promisesInput } from '../../../src/scenario/promise-schema.ts';
import type { PromiseSpec } from '../../../src/scenario/scenario.ts';
import type { PromiseExpression } from '../../../src/slo/expression.ts';
import { promiseFrom } from '../../../src/slo/gates.ts';
import '../../support/property-seed.ts';

const exported = (slo: readonly PromiseSpec[]): string =>
  openSloText(
    openSloOf({ name: 'shop under load', service: 'Shop_API', slo, durationMicros: 95e6, warmupMicros: 5e6 }),
  );

const imported = (text: string): PromiseSpec[] => {
  const { promises, notes } = importOpenSlo(openSloDocuments('slos.yml', text));
  expect(notes).toEqual([]);
  return promisesInput.parse(promises.map(({ written }) => written));
};

/** As the run judges it: `over 10s` and `window: 10s` are the same. */
type Same = PromiseExpression & Omit<PromiseSpec, 'assert'>;
const meaning = ({ assert, ...more }: PromiseSpec): Same => ({ ...promiseFrom(assert), ...more });

const texts = [
  'p95(query) < 2s',
  'p99(query, ok) <= 800ms during steady',
  'p99.99(query) < 1.5s during fault:slow-db, recovery:slow-db',
  'p50 > 3ms',
  'p5(query, failed) >= 250us',
  'error_rate < 1%',
  'error_rate(query) <= 0.1%',
  'error_rate(query) > 5% during fault:slow-db',
  'availability(query) >= 99.9%',
  'availability > 99.95%',
  'achieved(query) >= 99%',
  'dropped < 0.01%',
  'mean(query) < 500ms',
  'max < 10s',
  'throughput(query) >= 50/s',
  'throughput >= 0.5/s',
  'apdex(query, 500ms) >= 0.9',
  'recovery(slow-db) < 5s',
  'deficit(slow-db) <= 100',
  'retry_amplification(postgres) < 2.5 during fault:slow-db',
  'burn(query, 99.9%) < 14.4 over 60s/5s',
  'burn(99.5%) < 6 over 360s/30s',
  'budget_spent(query, 99.9%) <= 50%',
  'budget_spent(99%) < 100% during fault:slow-db',
  'error_rate < 100%',
  'availability(query) > 0%',
  'cpu(target) < 80%',
  'cpu(target, max) < 95% during steady',
  'memory(target) < 512MiB',
  'memory_share(service:api, p99) < 85%',
  'first_byte(query, p95) < 200ms',
  'first_byte(p95) < 200ms',
  'round_trip(say) < 50ms',
  'connections_lost(connect) <= 0',
  'metric(pool_in_use) < 16',
  'metric(http_errors_total{route="/query",code!="500"}, p95) <= 0.25',
  'metric(hits_total) / metric(lookups_total) > 80%',
  'p99(query) / p50(query) < 3 during steady',
  'p95(query) during fault:slow-db / p95(query) during steady < 2',
  'error_rate(query) - error_rate(answer) < 2%',
  'p95(query) <= +10% vs last_green',
  'p95(query) <= +50ms vs rolling_median(20)',
  'throughput >= -5% vs pinned(20260101-000000-abc)',
  'error_rate <= +0.5 points vs last_green',
  'p95(query) < 1s over 10s',
];

describe('exported and imported again', () => {
  it.each(texts)('%s', (assert) => {
    const slo: PromiseSpec[] = [{ assert, severity: 'fail' }];
    const { windowMicros, ...rest } = meaning(slo[0]!);
    expect(imported(exported(slo)).map(meaning)).toEqual([
      { ...rest, ...(windowMicros === undefined ? {} : { windowMicros }) },
    ]);
  });

  it('with everything that a promise can have beside its text', () => {
    const slo: PromiseSpec[] = [
      { assert: 'error_rate < 1%', severity: 'warn', windowMicros: 10e6, abortAfterMicros: 15e6 },
      { assert: 'mean(query) < 1s', severity: 'fail', minSamples: 100, onNoData: 'skip' },
      { assert: 'p95(query) < 1s', severity: 'fail' },
    ];
    expect(imported(exported(slo))).toEqual(slo);
  });

  it('whatever the share is', () => {
    const digits = fc.integer({ min: 1, max: 999_999 });
    const shares = fc.tuple(digits, fc.integer({ min: 4, max: 6 })).filter(([n, d]) => n < 100 * 10 ** d);
    const ratios = ['error_rate(q) <', 'error_rate <=', 'availability(q) >=', 'achieved >'];
    const metrics = fc.constantFrom(...ratios, 'budget_spent(q, 99%) <=', 'dropped >', 'achieved(q) <');
    fc.assert(
      fc.property(shares, metrics, ([n, d], metric) => {
        const share = (n / 10 ** d).toFixed(d);
        const slo: PromiseSpec[] = [{ assert: `${metric} ${share}%`, severity: 'fail' }];
        expect(imported(exported(slo)).map(meaning)).toEqual(slo.map(meaning));
      }),
    );
  });

  it('whatever the threshold is', () => {
    const measures = fc.constantFrom('p95(q)', 'p99.9', 'mean', 'p1(q, ok) during steady', 'recovery(f)');
    const operators = fc.constantFrom('<', '<=', '>', '>=');
    const micros = fc.integer({ min: 1, max: 3_600_000_000 });
    fc.assert(
      fc.property(measures, operators, micros, (measure, operator, limit) => {
        const [head = '', during = ''] = measure.split(/(?= during)/);
        const slo: PromiseSpec[] = [{ assert: `${head} ${operator} ${limit}us${during}`, severity: 'fail' }];
        expect(imported(exported(slo)).map(meaning)).toEqual(slo.map(meaning));
      }),
    );
  });
});

it('is the same text for the same promises, with names that OpenSLO allows', () => {
  const slo = texts.map((assert): PromiseSpec => ({ assert, severity: 'fail' }));
  const text = exported(slo);
  expect(exported(slo)).toBe(text);
  const names = [...text.matchAll(/^ +name: (.*)$/gm)].map(([, name]) => name ?? '');
  expect(names).toHaveLength(2 * texts.length);
  for (const name of names) expect(name).toMatch(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/);
  const own = [...text.matchAll(/^metadata:\n  name: (.*)$/gm)].map(([, name]) => name);
  expect(new Set(own).size).toBe(texts.length);
});

it('writes a share as a ratio and a percentile as a threshold with its share', () => {
  const text = exported([
    { assert: 'error_rate(query) < 0.1%', severity: 'warn' },
    { assert: 'p95(query) < 200ms', severity: 'fail' },
  ]);
  expect(text).toBe(`apiVersion: openslo/v1
kind: SLO
metadata:
  name: shop-under-load-01-error-rate-query
  displayName: error_rate(query) < 0.1%
  annotations:
    mettle/severity: warn
    mettle/op: lt
spec:
  description: A promise of the Mettle scenario "shop under load".
  service: shop-api
  indicator:
    metadata:
      name: error-rate-query
      annotations:
        mettle/metric: error_rate(query)
    spec:
      ratioMetric:
        counter: true
        good:
          metricSource:
            type: Mettle
            spec:
              metric: error_rate(query)
              counts: good
        total:
          metricSource:
            type: Mettle
            spec:
              metric: error_rate(query)
              counts: total
  timeWindow:
    - duration: 2m
      isRolling: true
  budgetingMethod: Occurrences
  objectives:
    - target: 0.999
---
apiVersion: openslo/v1
kind: SLO
metadata:
  name: shop-under-load-02-p95-query
  displayName: p95(query) < 200ms
spec:
  description: A promise of the Mettle scenario "shop under load".
  service: shop-api
  indicator:
    metadata:
      name: p95-query
      annotations:
        mettle/metric: p95(query)
        mettle/unit: ms
    spec:
      thresholdMetric:
        metricSource:
          type: Mettle
          spec:
            metric: p95(query)
  timeWindow:
    - duration: 2m
      isRolling: true
  budgetingMethod: Occurrences
  objectives:
    - op: lt
      value: 200
      target: 0.95
`);
});

it.each([
  ['budget_spent(query, 99.9%) <= 50%', 'lte', 50],
  ['budget_spent(query, 99.9%) <= 100%', 'lte', 100],
  ['error_rate < 100%', 'lt', 100],
  ['availability > 0%', 'gt', 0],
])('writes no ratio for what is no share that can be a target: %s', (assert, op, value) => {
  const [document] = openSloOf({
    ...{ name: 'x', service: 'x', slo: [{ assert, severity: 'fail' }] },
    ...{ durationMicros: 60e6, warmupMicros: 0 },
  });
  expect(document).toMatchObject({
    spec: {
      indicator: { metadata: { annotations: { 'mettle/unit': '%' } }, spec: { thresholdMetric: {} } },
      budgetingMethod: 'Timeslices',
      objectives: [{ op, value, target: 0.99, timeSliceTarget: 1 }],
    },
  });
});

it('tells what other readers of the text will not see', () => {
  const before = 'only in annotations, which other readers pass over: ';
  const slo: PromiseSpec[] = [
    { assert: 'p95(query) < 1s', severity: 'fail' },
    { assert: 'error_rate < 1% during steady', severity: 'warn', windowMicros: 10e6, abortAfterMicros: 15e6 },
    { assert: 'burn(99.9%) < 14.4 over 60s/5s', severity: 'fail', minSamples: 100, onNoData: 'skip' },
    { assert: 'p95 <= +10% vs last_green', severity: 'fail' },
  ];
  expect(openSloExportNotes(slo)).toEqual([
    'every metric is one that Mettle alone measures; load, faults, `primary` and claims are not exported',
    `${before}2: \`error_rate < 1% during steady\`: its phases, its window, that it only warns, that it stops the run`,
    `${before}3: \`burn(99.9%) < 14.4 over 60s/5s\`: the windows of the burn rate, how many samples it needs, what it means without data`,
    `${before}4: \`p95 <= +10% vs last_green\`: that the limit is a change against other runs`,
  ]);
});
