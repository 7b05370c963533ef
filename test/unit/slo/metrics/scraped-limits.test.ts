// What the target says of itself against limits: a quantile knows its bucket alone, a ratio of counters what was counted.

import { describe, expect, test } from 'vitest';
import { judgeClaim } from '../../../../src/compare/claims.ts';
import { type ComparedPair, measurePairs } from '../../../../src/compare/pair-values.ts';
import type { RunData } from '../../../../src/record/data.ts';
import { type Bounds, combinedBounds, decides, exactly } from '../../../../src/slo/bounds.ts';
import { evaluatePromises } from '../../../../src/slo/evaluate.ts';
import { parseMeasure } from '../../../../src/slo/parse.ts';
import { readMeasure } from '../../../../src/slo/reading.ts';
import { runDataOf } from '../../../support/run-record.ts';
import { scrapeLogOf, type SeriesSketch, steps } from '../../../support/scrape-logs.ts';

const secondMicros = 1_000_000;

/** Scraped every second over 10 s of load. */
function runOf(series: readonly SeriesSketch[]): RunData {
  const data = runDataOf({
    slices: [],
    series: [],
    elapsedMicros: 10 * secondMicros,
    phases: [{ name: 'steady', startMicros: 0, endMicros: 10 * secondMicros }],
  });
  return { ...data, scrapes: scrapeLogOf(series) };
}

const judge = (text: string, series: readonly SeriesSketch[]) =>
  evaluatePromises([{ text, severity: 'fail' }], runOf(series))[0]!;

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

describe('of a ratio or a difference of two quantiles, two runs compare', () => {
  // Cumulative counts of 100 requests; `inBucket` of them between 1 and 2, in which the p95 lies.
  const sided = (name: string, inBucket: number) =>
    histogram(name, { '1': 100 - inBucket, '2': 100, '+Inf': 100 });
  const pairs = (before: readonly SeriesSketch[], after: readonly SeriesSketch[]): ComparedPair[] =>
    Array.from({ length: 8 }, (_, index) => ({
      pair: index + 1,
      before: runOf(before),
      after: runOf(after),
    }));
  const claim = (metric: string, runs: readonly ComparedPair[]) =>
    judgeClaim(
      {
        ...{ id: 'c', says: 'it is faster', metric, documented: null, because: null },
        expect: 'at least 20% lower',
      },
      runs,
      { gates: [], invalid: null },
    );

  test('as what their buckets leave of them, not as what is read off a line', () => {
    // 1.95 before and 1.17 after, over 1.17: 40 % less by the line.
    const runs = pairs([...sided('a', 100), ...sided('b', 6)], [...sided('a', 6), ...sided('b', 6)]);
    const quotient = claim('metric(a, p95) / metric(b, p95)', runs);
    expect(quotient.afterMedian! / quotient.beforeMedian!).toBeLessThan(0.8);
    expect(quotient).toMatchObject({ verdict: 'inconclusive' });
    const constant = histogram('c', { '0.1': 99, '0.2': 100, '+Inf': 100 });
    const apart = pairs([...sided('a', 100), ...constant], [...sided('a', 6), ...constant]);
    expect(claim('metric(a, p95) - metric(c, p95)', apart).verdict).toBe('inconclusive');
  });

  test('and what is beyond both buckets is shown', () => {
    const far = histogram('a', { '16': 0, '32': 100, '+Inf': 100 });
    const runs = pairs([...far, ...sided('b', 6)], [...sided('a', 6), ...sided('b', 6)]);
    expect(claim('metric(a, p95) / metric(b, p95)', runs).verdict).toBe('confirmed');
  });

  test('with a divisor in the first bucket no ratio has an upper end', () => {
    const first = histogram('b', { '1': 100, '+Inf': 100 });
    const measure = parseMeasure('metric(a, p95) / metric(b, p95)');
    if (!measure.ok) throw new Error(measure.problem.message);
    const { reading } = readMeasure(measure.value, runOf([...sided('a', 100), ...first]), []);
    expect(reading.within).toMatchObject({ from: 1, to: Infinity });
    const [pair] = measurePairs(
      measure.value,
      pairs([...sided('a', 100), ...first], [...sided('a', 100), ...first]),
      [],
    );
    expect(pair?.before).toMatchObject({ least: 1, greatest: Infinity });
  });

  test('of which the first is a lower bound, by the least that both together can be', () => {
    // Beyond 1, over something from 1 to 2.
    const beyond = histogram('a', { '1': 50, '+Inf': 100 });
    const judged = judge('metric(a, p95) / metric(b, p95) > 0.4', [...beyond, ...sided('b', 6)]);
    expect(judged).toMatchObject({ status: 'pass', value: 0.5, atLeast: true });
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
