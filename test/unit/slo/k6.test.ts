// Thresholds of k6 become promises of Mettle, or are refused with what to write instead.

import { expect, test } from 'vitest';
import { fromK6 } from '../../../src/slo/k6.ts';
import { parsePromise } from '../../../src/slo/parse.ts';
import { printPromise } from '../../../src/slo/print.ts';

test.each([
  ['http_req_duration: p(95)<500', 'p95 < 500ms'],
  ['http_req_duration:p(95) < 500', 'p95 < 500ms'],
  ['http_req_duration{name:query}: p(99.9)<1000', 'p99.9(query) < 1s'],
  ['http_req_duration{name:GET /a:b}: p( 95.0 ) <= 0.5', 'p95(GET /a:b) <= 500us'],
  ['http_req_duration: avg<200', 'mean < 200ms'],
  ['http_req_duration: med<200', 'p50 < 200ms'],
  ['http_req_duration: max<2000', 'max < 2s'],
  ['http_req_duration{name:query,expected_response:true}: p(95)<500', 'p95(query, ok) < 500ms'],
  ['iteration_duration{scenario:ask}: p(95)<3000', 'p95(flow:ask) < 3s'],
  ['http_req_failed: rate<0.01', 'error_rate < 1%'],
  ['http_req_failed{ name: query }: rate<0.001', 'error_rate(query) < 0.1%'],
  ['checks: rate>0.99', 'availability > 99%'],
  ['http_reqs: rate>50', 'rate > 50/s'],
  ['http_reqs{name:query}: count<=1000', 'count(query) <= 1000'],
  ['iterations{flow:ask}: rate>=10', 'rate(flow:ask) >= 10/s'],
  ['http_req_tls_handshaking: p(95)<20', 'tls(p95) < 20ms'],
  ['http_req_waiting{name:query}: p(95)<200', 'first_byte(query, p95) < 200ms'],
  ['http_req_waiting: min<200', 'first_byte(min) < 200ms'],
  ['http_req_connecting: avg<5', 'connect(mean) < 5ms'],
])('%s is %s', (text, own) => {
  const result = parsePromise(text);
  expect(result.ok ? printPromise(result.value) : result.problem).toBe(own);
});

const comparisons = 'use `<`, `<=`, `>` or `>=`';

test.each([
  [
    'http_req_durations: p(95)<500',
    0,
    'unknown k6 metric `http_req_durations`',
    'did you mean `http_req_duration`?',
  ],
  ['my_trend: p(95)<500', 0, 'unknown k6 metric `my_trend`', /^known: http_req_duration, /],
  [
    'dropped_iterations: count<10',
    0,
    '`dropped_iterations` of k6 has no counterpart here',
    'write `dropped < 1%`: the share of what was offered',
  ],
  [
    'vus: value<10',
    0,
    '`vus` of k6 has no counterpart here',
    'the load of the scenario says how many there are',
  ],
  [
    'http_req_blocked: p(95)<5',
    0,
    '`http_req_blocked` of k6 has no counterpart here',
    'it is a part of `p95(query)`, which holds all of a request',
  ],
  ['checks: count>1000', 8, '`count` has no counterpart here', 'e.g. `checks: rate>0.99`'],
  ['http_reqs: value>1000', 11, '`value` has no counterpart here', 'e.g. `http_reqs: rate>50`'],
  [
    'http_reqs: count>=0',
    11,
    'nothing can break `>= 0`: it is never below zero',
    'promise a limit that a bad run would miss',
  ],
  ['http_reqs: count>1k', 17, '`1k` is not a number as k6 writes it', 'expected a number'],
  ['http_req_duration: min<200', 19, '`min` of a time is not promised', 'use `p(N)`, `med`, `avg` or `max`'],
  [
    'http_req_duration: p(100)<200',
    19,
    '`p(100)` is not a percentile',
    'p(1) to p(99.99); the slowest is `max`',
  ],
  [
    'http_req_duration: p(95)<500ms',
    25,
    '`500ms` is not a number as k6 writes it',
    'expected a number of milliseconds',
  ],
  [
    'http_req_failed: rate<1%',
    22,
    '`1%` is not a number as k6 writes it',
    'expected a number between 0 and 1',
  ],
  ['http_req_failed: rate<5', 22, '`5` is no share as k6 writes it, from 0 to 1', 'for 5% write 0.05'],
  [
    'checks: rate>999',
    13,
    '`999` is no share as k6 writes it, from 0 to 1',
    'expected a number between 0 and 1',
  ],
  ['checks: rate==1', 12, 'unknown comparison `==`', comparisons],
  ['checks: rate', 12, 'expected a comparison', comparisons],
  ['checks:', 7, 'expected an aggregation', 'e.g. `checks: rate>0.99`'],
  ['checks: rate>0.9 && rate<1', 17, 'unexpected `&& rate<1`', 'one threshold is one comparison'],
  ['http_req_duration{status:200}: p(95)<500', 18, 'the tag `status` has no counterpart here', 'use `name`'],
  ['http_req_duration{query}: p(95)<500', 18, '`query` is not a tag', 'e.g. `{name:query}`'],
  [
    'http_req_duration{name:a) > 1s}: p(95)<500',
    23,
    '`a) > 1s` has a parenthesis alone',
    'give the step another `name:`',
  ],
  ['http_req_duration{name:}: p(95)<500', 18, 'a tag has no value', 'e.g. `{name:query}`'],
  ['http_req_duration{name:query: p(95)<500', 17, 'this `{` is never closed', 'add `}` after the tags'],
  [
    'iteration_duration: p(95)<500',
    0,
    '`iteration_duration` has to name what it is about',
    'write `p95(flow:<flow>) < 500ms`',
  ],
  [
    'http_req_duration{expected_response:true}: p(95)<500',
    0,
    '`http_req_duration` has to name what it is about',
    'e.g. `http_req_duration{name:query}: p(95)<500`',
  ],
  [
    'http_req_duration{name:q,expected_response:true}: avg<5',
    50,
    'only percentiles can leave failures out',
    'use `p(N)` or `med`',
  ],
])('%s', (text, offset, message, suggestion) => {
  const result = parsePromise(text);
  if (result.ok) throw new Error(`accepted: ${text}`);
  expect({ message: result.problem.message, offset: result.problem.offset }).toEqual({ message, offset });
  if (typeof suggestion === 'string') expect(result.problem.suggestion).toBe(suggestion);
  else expect(result.problem.suggestion).toMatch(suggestion);
});

test('the series of a tag keeps its place', () => {
  const result = parsePromise('http_req_duration{ name: query }: p(95)<500');
  expect(result.ok && result.positions).toEqual({ metric: 0, subject: 25, phases: [] });
});

test('a metric and its threshold become the text of a promise', () => {
  expect(fromK6('http_req_failed', 'rate<0.01')).toMatchObject({ ok: true, value: 'error_rate < 1%' });
  expect(fromK6('http_req_failed', 'rate=0.01')).toMatchObject({ ok: false, problem: { offset: 20 } });
});
