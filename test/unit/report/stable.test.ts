// The same record gives the same bytes: twice, elsewhere, and however long the run was it stays a file one can open.

import { afterEach, expect, test } from 'vitest';
import type { RunData } from '../../../src/record/data.ts';
import { comparisonReporters, runReporters } from '../../../src/report/registry.ts';
import { sampleComparison } from '../../support/comparison-data.ts';
import { realisticRun } from '../../support/run-data.ts';

const zone = process.env['TZ'];
afterEach(() => {
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
});

const all = (): string[] => [
  ...runReporters.map((reporter) => reporter.render(realisticRun())),
  ...comparisonReporters.map((reporter) => reporter.render(sampleComparison())),
];

test('reports do not depend on when or where they are made', () => {
  const first = all();
  process.env['TZ'] = 'Asia/Kathmandu';
  expect(new Date('2026-01-05T00:00:00Z').getHours()).toBe(5);
  expect(all()).toEqual(first);
});

/** Twelve steps, each as busy as the one it is copied from. */
function manySeries(data: RunData): RunData {
  const [series] = data.run.series;
  const names = Array.from({ length: 12 }, (_, index) => `GET /some/longer/path/of/a/service/${index}`);
  const own = data.slices.filter((slice) => slice.series === series?.name);
  return {
    run: {
      ...data.run,
      series: names.flatMap((name) => (series === undefined ? [] : [{ ...series, name }])),
    },
    slices: names.flatMap((name) => own.map((slice) => ({ ...slice, series: name }))),
  };
}

test('ten minutes of twelve series make a report below 2 MB', { timeout: 60_000 }, () => {
  const data = manySeries(realisticRun({ seconds: 600, ratePerSecond: 40, sigma: 0.9 }));
  const [html = '', ...others] = runReporters.map((reporter) => reporter.render(data));
  for (const text of [html, ...others]) expect(Buffer.byteLength(text)).toBeLessThan(2_000_000);
  expect(html.match(/: latency over time<\/h3>/g)).toHaveLength(12);
});

test('an id occurs once in a document, and headings skip no level', () => {
  for (const text of [
    runReporters[0]!.render(realisticRun()),
    comparisonReporters[0]!.render(sampleComparison()),
  ]) {
    const ids = [...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const levels = [...text.matchAll(/<h([1-6])[ >]/g)].map(([, level]) => Number(level));
    expect(levels[0]).toBe(1);
    levels.slice(1).forEach((level, index) => expect(level - (levels[index] ?? 0)).toBeLessThanOrEqual(1));
  }
});

test('a report refers to nothing on any network', () => {
  for (const text of all())
    expect(text.replaceAll('http://127.0.0.1:4001', '')).not.toMatch(
      /(?:src|href)="(?!data:,|\.\/)|url\(|@import/,
    );
});
