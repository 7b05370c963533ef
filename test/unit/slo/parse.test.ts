// The promise language: what it accepts, and the exact words and place of every refusal.

import { describe, expect, test } from 'vitest';
import { parseMeasure, parsePromise } from '../../../src/slo/parse.ts';
import { printMeasure, printPromise } from '../../../src/slo/print.ts';

const parsed = (text: string): unknown => {
  const result = parsePromise(text);
  return result.ok ? result.value : result.problem;
};

describe('a promise is read as data', () => {
  test.each([
    ['p95(query) < 2s', { metric: 'p95', subject: 'query', argument: null, during: [] }, '<', 2_000_000],
    ['p95 < 200ms', { metric: 'p95', subject: null, argument: null, during: [] }, '<', 200_000],
    [
      'p95(GET /query) < 2s',
      { metric: 'p95', subject: 'GET /query', argument: null, during: [] },
      '<',
      2_000_000,
    ],
    [
      'p99(flow:ask) <= 1s',
      { metric: 'p99', subject: 'flow:ask', argument: null, during: [] },
      '<=',
      1_000_000,
    ],
    [
      'p50(GET /a/{{id}}/v1.2) < 1s',
      { metric: 'p50', subject: 'GET /a/{{id}}/v1.2', argument: null, during: [] },
      '<',
      1_000_000,
    ],
    [
      'p50(GET /items(odd)) < 1s',
      { metric: 'p50', subject: 'GET /items(odd)', argument: null, during: [] },
      '<',
      1_000_000,
    ],
    [
      'p99.9(q, ok)<1m30s',
      { metric: 'p99.9', subject: 'q', argument: { kind: 'outcome', outcome: 'ok' }, during: [] },
      '<',
      90_000_000,
    ],
    [
      'error_rate(query) < 5% during fault:slow-db',
      { metric: 'error_rate', subject: 'query', argument: null, during: ['fault:slow-db'] },
      '<',
      0.05,
    ],
    [
      'error_rate < 5 % during steady, recovery:x',
      { metric: 'error_rate', subject: null, argument: null, during: ['steady', 'recovery:x'] },
      '<',
      0.05,
    ],
    [
      'throughput(query) >= 50/s',
      { metric: 'throughput', subject: 'query', argument: null, during: [] },
      '>=',
      50,
    ],
    [
      'apdex(query, 500ms) >= 0.9',
      { metric: 'apdex', subject: 'query', argument: { kind: 'duration', micros: 500_000 }, during: [] },
      '>=',
      0.9,
    ],
    [
      'apdex(500ms) >= 0.9',
      { metric: 'apdex', subject: null, argument: { kind: 'duration', micros: 500_000 }, during: [] },
      '>=',
      0.9,
    ],
    [
      'recovery(slow-db) < 5s',
      { metric: 'recovery', subject: 'slow-db', argument: null, during: [] },
      '<',
      5_000_000,
    ],
    ['deficit(slow-db) < 40', { metric: 'deficit', subject: 'slow-db', argument: null, during: [] }, '<', 40],
    [
      'achieved(query) >= 99%',
      { metric: 'achieved', subject: 'query', argument: null, during: [] },
      '>=',
      0.99,
    ],
  ])('%s', (text, measure, operator, limit) => {
    expect(parsed(text)).toEqual({ measure, operator, limit });
  });
});

const simple = (metric: string, subject: string | null = null, during: string[] = []) => ({
  ...{ metric, subject, argument: null, during },
});

describe('two metrics', () => {
  const fault = ['fault:slow-db'];
  test.each([
    ['p99(query) / p50(query) < 5', simple('p99', 'query'), '/', simple('p50', 'query')],
    ['p99(query)/p50(query) < 5', simple('p99', 'query'), '/', simple('p50', 'query')],
    ['p99 / p50 < 5 during steady', simple('p99', null, ['steady']), '/', simple('p50', null, ['steady'])],
    ['p99 / p50 during steady < 5', simple('p99', null, ['steady']), '/', simple('p50', null, ['steady'])],
    [
      'p99(query) during fault:slow-db / p99(query) during steady < 3',
      ...([simple('p99', 'query', fault), '/', simple('p99', 'query', ['steady'])] as const),
    ],
    [
      'p99(a) during fault:slow-db - p99(a) < 300ms during steady',
      ...([simple('p99', 'a', fault), '-', simple('p99', 'a', ['steady'])] as const),
    ],
    [
      'p99 / p99 during steady < 3 during fault:slow-db',
      ...([simple('p99', null, fault), '/', simple('p99', null, ['steady'])] as const),
    ],
    ['p99 during fault:slow-db / p99 < 3', simple('p99', null, fault), '/', simple('p99')],
    [
      'recovery(slow-db) / p99 during steady < 100',
      ...([simple('recovery', 'slow-db'), '/', simple('p99', null, ['steady'])] as const),
    ],
    [
      'hold(pg) / hold(llm) < 2 during fault:x',
      simple('hold', 'pg', ['fault:x']),
      '/',
      simple('hold', 'llm', ['fault:x']),
    ],
    ['p95(GET /a-b/c) - p95(GET /d) < 20ms', simple('p95', 'GET /a-b/c'), '-', simple('p95', 'GET /d')],
  ])('%s', (text, left, operation, measure) => {
    const result = parsePromise(text);
    expect(result.ok && result.value.measure).toEqual({ ...left, against: { operation, measure } });
  });

  test('a difference is in the unit of its sides, a ratio has none', () => {
    const limitOf = (text: string) => {
      const result = parsePromise(text);
      return result.ok ? result.value.limit : result.problem;
    };
    expect(limitOf('p95(a) - p95(b) < 20ms')).toBe(20_000);
    expect(limitOf('error_rate(a) - error_rate(b) < 1%')).toBe(0.01);
    expect(limitOf('p95(a) / p95(b) < 1.5')).toBe(1.5);
    expect(limitOf('p95(a) / p95(b) < 80%')).toBe(0.8);
  });

  test('every part of both sides has its place', () => {
    const result = parsePromise('p99(a) during steady / p50( b ) < 5 during fault:x');
    expect(result.ok && result.positions).toEqual({
      ...{ metric: 0, subject: 4, phases: [14] },
      against: { metric: 23, subject: 28, phases: [43] },
    });
  });
});

test.each([
  ['p95(query) < 2s over 10s', 10_000_000],
  ['p95(query) < 2s during steady over 1m', 60_000_000],
  ['p95(query) < 2s over 1m30s during steady', 90_000_000],
  ['p99(a) / p50(a) < 5 over 30s', 30_000_000],
])('%s holds in every window', (text, windowMicros) => {
  expect(parsed(text)).toMatchObject({ windowMicros });
});

describe('a limit that is relative to other runs', () => {
  const lastGreen = { kind: 'last_green' };
  test.each([
    ['p95(query) <= +10% vs last_green', { kind: 'share', share: 0.1 }, lastGreen],
    ['p95(query) <= -5% vs last_green', { kind: 'share', share: -0.05 }, lastGreen],
    ['p95(query) <= - 5 % vs last_green', { kind: 'share', share: -0.05 }, lastGreen],
    ['p95(query) <= -0% vs last_green', { kind: 'share', share: 0 }, lastGreen],
    ['p95(query) <= +20ms vs last_green', { kind: 'amount', amount: 20_000 }, lastGreen],
    ['error_rate <= +10% vs last_green', { kind: 'share', share: 0.1 }, lastGreen],
    ['error_rate <= +0.5 points vs last_green', { kind: 'amount', amount: 0.005 }, lastGreen],
    ['availability >= -1 point vs last_green', { kind: 'amount', amount: -0.01 }, lastGreen],
    ['throughput >= -5/s vs last_green', { kind: 'amount', amount: -5 }, lastGreen],
    ['apdex(q, 1s) >= -0.05 vs last_green', { kind: 'amount', amount: -0.05 }, lastGreen],
    [
      'p95 <= +10% vs pinned(20261122-103000-rag-after-3f2a) during steady',
      { kind: 'share', share: 0.1 },
      { kind: 'pinned', run: '20261122-103000-rag-after-3f2a' },
    ],
    [
      'p95 <= +10% vs rolling_median( 20 )',
      { kind: 'share', share: 0.1 },
      { kind: 'rolling_median', runs: 20 },
    ],
    ['p99 / p50 <= +10% vs last_green', { kind: 'share', share: 0.1 }, lastGreen],
    ['p99 / p50 <= +0.5 vs last_green', { kind: 'amount', amount: 0.5 }, lastGreen],
  ])('%s', (text, change, baseline) => {
    expect(parsed(text)).toMatchObject({ limit: { change, baseline } });
  });
});

test('a measure is a promise without its limit', () => {
  const result = parseMeasure('p95(query, ok) during steady');
  expect(result.ok && printMeasure(result.value)).toBe('p95(query, ok) during steady');
  const limited = parseMeasure('p95(query) < 2s');
  expect(!limited.ok && limited.problem).toMatchObject({ message: 'unexpected `< 2s`', offset: 11 });
});

test.each([
  ['  p95( query )<2000ms', 'p95(query) < 2s'],
  ['error_rate < 0.10%', 'error_rate < 0.1%'],
  ['throughput >= 1200/m', 'throughput >= 20/s'],
  ['p95 during steady < 2s', 'p95 < 2s during steady'],
  ['p95 < 2s over 60s during steady', 'p95 < 2s during steady over 60s'],
  ['p99(a)/p50(a) during steady < 50%', 'p99(a) / p50(a) < 0.5 during steady'],
  ['p99 during steady / p50 during warmup < 5', 'p99 during steady / p50 during warmup < 5'],
  ['error_rate <= + 0.50 point vs last_green', 'error_rate <= +0.5 points vs last_green'],
  ['p95 <= -20ms vs rolling_median(020)', 'p95 <= -20ms vs rolling_median(20)'],
  ['apdex( q ,0.5s ) > .9'.replace(' .9', ' 0.90'), 'apdex(q, 500ms) > 0.9'],
])('%s prints as %s', (text, canonical) => {
  const result = parsePromise(text);
  expect(result.ok && printPromise(result.value)).toBe(canonical);
});
