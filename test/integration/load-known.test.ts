// Whole loads against servers whose truth is arithmetic: a queue that grows, connections that are lost.

import { expect, it } from 'vitest';
import { known } from '../support/known-scope.ts';
import { startLossyServer, startQueueServer } from '../support/known-servers.ts';
import { arrivals, flowOf, httpStep, planOf, second } from '../support/load-plans.ts';
import { runLoad } from '../support/run-load.ts';
import { totalsOf } from '../support/totals.ts';

// A wrong number is wrong every time; what a busy machine adds is not: hence the second and third chance.
const chances = { retry: 2 };

it(
  'a queue served 80 times a second and filled 100 times: the n-th arrival waits n · 2.5 ms',
  chances,
  async () => {
    const server = await known(startQueueServer(12.5));
    const plan = planOf(server.url, flowOf([httpStep('queued')]), [arrivals(100, 8)], {
      gracefulStopMicros: 5 * second,
    });
    const { slices } = await runLoad(plan);
    const { counts, quantile } = totalsOf(slices, 'queued');
    expect(counts).toMatchObject({ offered: 800, ok: 800 });
    for (const share of [0.25, 0.5, 0.95]) {
      const expected = 800 * share * 2_500;
      const { valueMicros } = quantile('response', share);
      expect(valueMicros).toBeGreaterThan(expected * 0.95);
      expect(valueMicros).toBeLessThan(expected * 1.05 + 100_000);
    }
  },
);

it.each([
  { nth: 25, lostShare: '4 %', isBound: false },
  { nth: 17, lostShare: '6 %', isBound: true },
])('with $lostShare lost, p95 being only a bound is $isBound', chances, async ({ nth, isBound }) => {
  const server = await known(startLossyServer(nth));
  const timeoutMicros = 5 * second;
  const plan = planOf(server.url, flowOf([httpStep('lossy', { timeoutMicros })]), [arrivals(200, 5)]);
  const { slices } = await runLoad(plan);
  const { counts, quantile } = totalsOf(slices, 'lossy', timeoutMicros);
  const lost = Math.floor(1_000 / nth);
  expect(counts).toMatchObject({ offered: 1_000, ok: 1_000 - lost, failed: lost, errors: { reset: lost } });
  const p95 = quantile('response', 0.95);
  expect(p95.atLeast).toBe(isBound);
  if (isBound) expect(p95.valueMicros).toBeGreaterThanOrEqual(timeoutMicros);
  else expect(p95.valueMicros).toBeLessThan(timeoutMicros / 5);
  expect(quantile('response', 0.99).atLeast).toBe(true);
});
