// What the target says of itself against limits: a quantile knows its bucket alone, a ratio of counters what was counted.

import { describe, expect, test } from 'vitest';
import { type Bounds, combinedBounds, decides, exactly } from '../../../../src/slo/bounds.ts';
import { evaluatePromises } from '../../../../src/slo/evaluate.ts';
import { runDataOf } from '../../../support/run-record.ts';
import { scrapeLogOf, type SeriesSketch, steps } from '../../../support/scrape-logs.ts';

const secondMicros = 1_000_000;

/** Scraped every second over 10 s of load. */
function judge(text: string, series: readonly SeriesSketch[]) {
  const data = runDataOf({
    slices: [],
    series: [],
    elapsedMicros: 10 * secondMicros,
    phases: [{ name: 'steady', startMicros: 0, endMicros: 10 * secondMicros }],
  });
  const scrapes = scrapeLogOf(series);
  return evaluatePromises([{ text, severity: 'fail' }], { ...data, scrapes })[0]!;
}

const counter = (name: string, perSecond: number, whole: boolean): SeriesSketch => ({
  ...{ name, kind: 'counter', values: steps(12, perSecond).map(whole ? Math.floor : (value) => value) },
});

/** Cumulative counts that grow by these each second. */
const histogram = (name: string, perSecond: Readonly<Record<string, number>>): SeriesSketch[] =>
  Object.entries(perSecond).map(([le, step]) => ({
    ...{ name: `${name}_bucket`, labels: { le }, kind: 'histogram', values: steps(12, step) },
  }));

describe('a quantile of a histogram', () => {
  // The p95 of `s` lies in (0.25, 0.5], and is read off as 0.375.
  const series = [
    ...histogram('s', { '0.1': 50, '0.25': 90, '0.5': 100, '+Inf': 100 }),
    ...histogram('first', { '1': 100, '+Inf': 100 }),
  ];

  test.each([
    ['metric(s, p95) < 0.6', 'pass'],
    ['metric(s, p95) <= 0.5', 'pass'],
    ['metric(s, p95) > 0.25', 'pass'],
    ['metric(s, p95) >= 0.25', 'pass'],
    ['metric(s, p95) < 0.25', 'fail'],
    ['metric(s, p95) <= 0.25', 'fail'],
    ['metric(s, p95) > 0.5', 'fail'],
    ['metric(s, p95) >= 0.6', 'fail'],
    ['metric(s, p95) < 0.4', 'invalid'],
    ['metric(s, p95) < 0.3', 'invalid'],
    ['metric(s, p95) > 0.3', 'invalid'],
    ['metric(s, p95) >= 0.45', 'invalid'],
    // It may be just the bound.
    ['metric(s, p95) < 0.5', 'invalid'],
    ['metric(s, p95) >= 0.5', 'invalid'],
    // And in the first bucket, 0.
    ['metric(first, p95) > 0', 'invalid'],
    ['metric(first, p95) >= 0', 'pass'],
  ])('%s: %s', (text, status) => {
    expect(judge(text, series)).toMatchObject({ status });
  });

  test('says what would do', () => {
    expect(judge('metric(s, p95) < 0.4', series).reason).toBe(
      'it lies somewhere within its bucket, from 0.25 to 0.5, and so does the limit: only a bound of a bucket can be decided',
    );
    expect(judge('metric(s, p95) < 0.5', series).reason).toBe(
      'it lies somewhere within its bucket, from 0.25 to 0.5, and may be just that: promise `<= 0.5` or `> 0.5`',
    );
  });

  test('as a side of a ratio or a difference leaves open as much as both sides together do', () => {
    // Both in (1, 2], read off as about 1.5: 1 by the line, anything from 0.5 to 2 in truth.
    const both = [
      ...histogram('a', { '1': 50, '2': 140, '+Inf': 140 }),
      ...histogram('b', { '1': 50, '2': 140, '+Inf': 140 }),
    ];
    expect(judge('metric(a, p67) / metric(b, p67) < 1.6', both)).toMatchObject({
      status: 'invalid',
      reason: 'of `metric(a, p67)` only its bucket is known: this lies somewhere from 0.5 to 2',
    });
    expect(judge('metric(a, p67) / metric(b, p67) <= 2', both).status).toBe('pass');
    expect(judge('metric(a, p67) / metric(b, p67) < 0.4', both).status).toBe('fail');
    expect(judge('metric(a, p67) - metric(b, p67) < 0.5', both).status).toBe('invalid');
    expect(judge('metric(a, p67) - metric(b, p67) <= 1', both).status).toBe('pass');
  });
});

test('bounds decide a limit where all between them keeps it, or nothing does', () => {
  const half: Bounds = { from: 1, to: 2, fromIncluded: false };
  expect([1, 1.5, 2, 3].map((limit) => decides(half, '<', limit))).toEqual([true, false, false, true]);
  expect([1, 1.5, 2, 3].map((limit) => decides(half, '<=', limit))).toEqual([true, false, true, true]);
  expect([1, 1.5, 2, 3].map((limit) => decides(half, null, limit))).toEqual([true, false, false, true]);
  expect(decides({ ...half, fromIncluded: true }, '<=', 1)).toBe(false);
  expect(combinedBounds(half, exactly(2), '/')).toMatchObject({ from: 0.5, to: 1 });
  expect(combinedBounds(exactly(3), { from: 0, to: 1, fromIncluded: true }, '/')).toMatchObject({
    from: 3,
    to: Infinity,
  });
  expect(combinedBounds({ ...half, from: -Infinity, to: 0 }, half, '/')).toMatchObject({
    from: -Infinity,
    to: 0,
  });
});

describe('a ratio of two counters', () => {
  const ratio = (text: string, errors: number, requests: number, whole = true) =>
    judge(`metric(errors_total) / metric(requests_total) ${text}`, [
      counter('errors_total', errors, whole),
      counter('requests_total', requests, whole),
    ]);

  test('is judged on as many as any other share', () => {
    // 10 s: 500 requests are too few for 0.1 %, 1,000 are enough.
    expect(ratio('< 0.1%', 0, 50)).toMatchObject({
      status: 'invalid',
      samples: 500,
      reason: '`metric(requests_total)` counted 500 in that time, at least 1000 are needed',
    });
    expect(ratio('< 0.1%', 0, 100)).toMatchObject({ status: 'pass', samples: 1_000 });
    expect(ratio('> 99.9%', 50, 50).status).toBe('invalid');
    expect(ratio('> 99.9%', 100, 100).status).toBe('pass');
  });

  test('is broken by more than ten bad ones, however few there are', () => {
    expect(ratio('< 0.1%', 1, 50)).toMatchObject({ status: 'invalid' });
    expect(ratio('< 0.1%', 2, 50)).toMatchObject({ status: 'fail' });
    expect(ratio('> 99.9%', 0, 50)).toMatchObject({ status: 'fail' });
  });

  test('needs ten for any limit, and none is enough for nothing at all', () => {
    // One every two seconds.
    expect(ratio('< 1.5', 0.5, 0.5)).toMatchObject({ status: 'invalid', samples: 5 });
    expect(ratio('< 1.5', 1, 1)).toMatchObject({ status: 'pass', samples: 10 });
    expect(ratio('<= 0', 0, 100)).toMatchObject({
      status: 'invalid',
      reason: 'no number of samples can show <= 0',
    });
  });

  test('of seconds is none of things, and has no such rule', () => {
    expect(ratio('< 0.1%', 0.001, 50, false)).toMatchObject({ status: 'pass' });
  });
});
