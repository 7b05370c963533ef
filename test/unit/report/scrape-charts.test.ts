// Charts of the target's own metrics: those that are promised, as rates or values, failed scrapes as gaps and never zeros.

import { expect, test } from 'vitest';
import type { RunData } from '../../../src/record/data.ts';
import { scrapeCharts } from '../../../src/report/scrape-charts.ts';
import { runHtml } from '../../../src/report/run-html.ts';
import { evaluatePromises } from '../../../src/slo/evaluate.ts';
import { realisticRun } from '../../support/run-data.ts';
import { scrapeLogOf, type SeriesSketch, steps } from '../../support/scrape-logs.ts';

const requests: SeriesSketch = {
  ...{ name: 'requests_total', labels: { code: '200' }, kind: 'counter', values: steps(12, 25) },
};
const pool: SeriesSketch = { name: 'pool_in_use', values: [1, 1, 2, 3, 5, 8, 9, 9, 9, 4, 2, 1] };
const buckets = Object.entries({ '0.1': 200, '0.5': 400, '+Inf': 400 }).map(([le, step]): SeriesSketch => ({
  ...{ name: 'latency_seconds_bucket', labels: { le }, kind: 'histogram', values: steps(12, step) },
}));

function dataOf(
  texts: readonly string[],
  log = scrapeLogOf([requests, pool, ...buckets]),
  primary: string | null = null,
) {
  const data: RunData = { ...realisticRun(), scrapes: log };
  const slo = evaluatePromises(
    texts.map((text) => ({ text, severity: 'fail' })),
    data,
  );
  return { ...data, run: { ...data.run, slo, primary } };
}

const titles = (data: RunData): string[] => scrapeCharts(data).map(({ title }) => title);

test('what is promised is drawn, each series once, and the primary metric', () => {
  const texts = [
    'metric(pool_in_use) < 16',
    'metric(pool_in_use, mean) > 1',
    'p95(query) < 9s',
    'metric(missing) < 1',
  ];
  expect(titles(dataOf(texts))).toEqual(['pool_in_use']);
  expect(titles(dataOf(texts, undefined, 'metric(requests_total)'))).toEqual([
    'pool_in_use',
    'requests_total',
  ]);
  expect(titles(dataOf([]))).toEqual([]);
  expect(scrapeCharts(realisticRun())).toEqual([]);
});

test('of many promises twelve have a chart', () => {
  const series = Array.from({ length: 14 }, (_, index) => ({ ...pool, name: `pool_${index}` }));
  const data = dataOf(
    series.map(({ name }) => `metric(${name}) < 99`),
    scrapeLogOf(series),
  );
  expect(titles(data)).toHaveLength(12);
});

test('a counter is a rate, from the start of the load on, with the windows of the other charts', () => {
  const [chart] = scrapeCharts(dataOf(['metric(requests_total) > 1']));
  expect(chart?.table.columns).toEqual(['from – to, s', 'rate']);
  expect(chart?.table.rows[0]).toEqual(['0.0 – 0.5', '25/s']);
  expect(chart?.wide.marks).toContain('slow-db');
});

test('a gauge is what it was', () => {
  const [chart] = scrapeCharts(dataOf(['metric(pool_in_use) < 16']));
  expect(chart?.table.rows.map(([, value]) => value)).toEqual([
    '1',
    '2',
    '3',
    '5',
    '8',
    '9',
    '9',
    '9',
    '4',
    '2',
    '1',
  ]);
});

test('a histogram is the quantile that is promised, where enough was observed', () => {
  const [chart] = scrapeCharts(dataOf(['metric(latency_seconds, p75) < 1']));
  expect(chart?.table.columns[1]).toBe('p75');
  expect(chart?.table.rows[0]?.[1]).toBe('300ms');
});

test('scrapes that failed are crosses and gaps', () => {
  const atSeconds = [-0.5, 0.5, 1.5, 2.5, 6.5, 7.5, 8.5, 9.5];
  const failures = [3.5, 4.5, 5.5].map((at) => ({ atMicros: at * 1_000_000, why: 'timeout after 800ms' }));
  const log = scrapeLogOf(
    [
      { ...pool, values: steps(8, 1, 4) },
      { ...requests, values: steps(8, 4) },
    ],
    { atSeconds, failures },
  );
  const charts = scrapeCharts(dataOf(['metric(pool_in_use) < 16', 'metric(requests_total) < 100'], log));
  for (const chart of charts) {
    expect(chart.legend.map(([, name]) => name)).toContain('scrape failed');
    expect(chart.note).toBe('3 of 11 scrapes failed: gaps, not zeros.');
    expect(chart.wide.marks.match(/class="cross"/g)).toHaveLength(3);
    const gap = chart.table.rows.filter(([, value]) => value === '–');
    expect(gap).toHaveLength(1);
  }
});

test('the report escapes what the target told', () => {
  const hostile: SeriesSketch = { name: 'a', labels: { b: '<script>"&' }, values: steps(12, 1) };
  const html = runHtml(dataOf(['metric(a) < 99'], scrapeLogOf([hostile])));
  expect(html).not.toContain('<script>"&');
});
