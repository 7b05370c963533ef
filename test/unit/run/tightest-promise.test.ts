// The tightest latency that a scenario promises, which the generator's own lag is held against.

import { expect, test } from 'vitest';
import { tightestPromiseMicros } from '../../../src/run/steady.ts';

const tightest = (...texts: readonly string[]): number | null =>
  tightestPromiseMicros(texts.map((assert) => ({ assert, severity: 'fail' })));

test('is the lowest upper limit of a time of the load', () => {
  expect(tightest('p95(query) < 2s', 'p99 <= 800ms during steady', 'mean(answer) < 900ms')).toBe(800_000);
  expect(tightest('p95(query) > 1ms', 'error_rate < 1%', 'throughput > 5/s')).toBeNull();
  expect(tightest()).toBeNull();
});

test.each([
  'recovery(slow-db) < 5s',
  'detection(slow-db) < 1s',
  'hold(postgres) < 50ms',
  'silence(postgres) < 50ms',
  'p99(query) - p50(query) < 10ms',
  'p95(query) <= +20ms vs last_green',
])('is none of how long a fault or a link took, nor of a difference: %s', (assert) => {
  expect(tightest(assert, 'p95(query) < 2s')).toBe(2_000_000);
  expect(tightest(assert)).toBeNull();
});
