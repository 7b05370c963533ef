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

describe('a wrong promise is refused with place and suggestion', () => {
  test.each([
    ['', 0, 'expected a metric', 'begin with'],
    ['p59x(query) < 2s', 0, 'unknown metric `p59x`', 'known: p1…p99.99'],
    ['eror_rate(query) < 5%', 0, 'unknown metric `eror_rate`', 'did you mean `error_rate`?'],
    ['p100(query) < 2s', 0, '`p100` is not a percentile', '`max`'],
    ['p0(query) < 2s', 0, '`p0` is not a percentile', 'p1 to p99.99'],
    ['p95(query < 2s', 3, 'this `(` is never closed', 'add `)`'],
    ['p95() < 2s', 4, 'a name is missing', 'name a series'],
    ['p95(query, good) < 2s', 11, 'unknown argument `good`', '`ok` or `failed`'],
    ['error_rate(a, b) < 2%', 14, '`error_rate` takes one argument', 'comma'],
    ['p95(query) 2s', 11, 'expected a comparison', '`<`'],
    ['p95(query) == 2s', 11, 'unknown comparison `==`', '`<=`'],
    ['p95(query) <', 12, 'expected a limit', '200ms'],
    ['p95(query) < 200', 13, '`200` needs a unit', 'write `200ms`'],
    ['error_rate(query) < 5', 20, '`5` needs a unit', 'write `5%`'],
    ['throughput(query) > 5', 20, '`5` needs a unit', 'write `5/s`'],
    ['error_rate(query) < 5s', 20, 'cannot read `5s`', 'a percentage'],
    ['error_rate(query) < 120%', 20, '`120%` is not between 0% and 100%', 'percentage'],
    ['error_rate(query) <= 0%', 21, 'no number of samples can show `0%`', '< 0.1%'],
    ['availability >= 100%', 16, 'no number of samples can show `100%`', '>= 99.9%'],
    ['apdex(query) > 0.9', 6, 'cannot read the threshold `query`', 'apdex(query, 500ms)'],
    ['apdex > 0.9', 0, '`apdex` needs a threshold', 'apdex(query, 500ms)'],
    ['apdex(query, 1s) > 90%', 19, 'cannot read `90%`', 'between 0 and 1'],
    ['recovery < 5s', 0, '`recovery` needs a fault', 'recovery(<fault id>)'],
    ['recovery(x) < 5s during steady', 17, "looks at the fault's own time", 'leave out'],
    ['p95 < 2s during stedy', 16, 'unknown phase `stedy`', 'did you mean `steady`?'],
    ['p95 < 2s during', 15, 'expected a phase', 'during steady'],
    ['p95 < 2s during steady,', 23, 'expected a phase', 'during steady'],
    ['p95 < 2s or so', 9, 'unexpected `or so`', 'during <phase>'],
  ])('%s', (text, offset, message, suggestion) => {
    const result = parsePromise(text);
    if (result.ok) throw new Error(`accepted: ${text}`);
    expect(result.problem.message).toContain(message);
    expect(result.problem.offset).toBe(offset);
    expect(result.problem.suggestion).toContain(suggestion);
  });

  test.each([
    ['burn(query, 99.9%) < 14.4 over 60s/5s', 0],
    ['cpu(target) < 80%', 0],
    ['metric(rag_pool_in_use) < 16', 0],
    ['p95(query) < 2s over 60s', 16],
    ['p95(query) <= +10% vs last_green', 14],
    ['p95(query) < 2s vs last_green', 16],
    ['p95(a) / p95(b) < 2', 7],
    ['p95(a) - p95(b) < 2s', 7],
  ])('what comes later is refused as such: %s', (text, offset) => {
    const result = parsePromise(text);
    if (result.ok) throw new Error(`accepted: ${text}`);
    expect(result.problem.message).toContain('not supported by this version');
    expect(result.problem.offset).toBe(offset);
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
  ['apdex( q ,0.5s ) > .9'.replace(' .9', ' 0.90'), 'apdex(q, 500ms) > 0.9'],
])('%s prints as %s', (text, canonical) => {
  const result = parsePromise(text);
  expect(result.ok && printPromise(result.value)).toBe(canonical);
});
