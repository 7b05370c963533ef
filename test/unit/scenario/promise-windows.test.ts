// Where a mistake about `over` is shown: at the word itself, whatever names are in the promise.

import { expect, test } from 'vitest';
import { checkWindows } from '../../../src/scenario/checks/promise-windows.ts';
import { promiseFrom } from '../../../src/slo/gates.ts';

const second = 1_000_000;
const offsetOf = (assert: string): number | undefined => {
  const path = ['slo', 0];
  const spec = { assert, severity: 'fail' } as const;
  const checked = { spec, promise: promiseFrom(assert), path, textPath: path };
  const [problem] = checkWindows(checked, { durationMicros: 60 * second, warmupMicros: 0 });
  expect(problem?.message).toContain('the window is longer than the load');
  return problem?.offset;
};

test.each([
  'p95(query) < 2s over 90s',
  'p95(query) < 2s during fault:failover over 90s',
  'p95(query) < 2s over 90s during fault:failover',
  'p95(take-over) < 2s over 90s during fault:failover',
  'p95(over 9) < 2s over 90s',
])('%s', (assert) => {
  expect(offsetOf(assert)).toBe(assert.indexOf('over 90s'));
});
