// A load thread that blocks for ever: the run ends all the same, says why, and keeps what was measured.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stepInputSchemas } from '../../src/engines/registry.ts';
import { sleep, systemClock } from '../../src/kernel/clock.ts';
import type { LoadPlan } from '../../src/run/load-plan.ts';
import { startPool } from '../../src/run/pool.ts';
import { arrivals, flowOf, httpStep, planOf, second } from '../support/load-plans.ts';
import { totalsOf } from '../support/totals.ts';

// Tried on this body, the expression takes longer than the universe is old.
const body = `${'a'.repeat(60)}!`;
const server = createServer((_request, response) => response.end(body));
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Good requests in both threads, and one answer that blocks the first of them. */
function blockedPlan(seconds: number): LoadPlan {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const trap = stepInputSchemas.http.parse({
    http: 'GET /',
    name: 'trap',
    expect: { text: { regex: '(a+)+$' } },
  });
  const blocking = { ...flowOf([trap]), name: 'blocking' };
  const good = flowOf([httpStep('ask')]);
  const plan = planOf(url, good, [
    arrivals(40, seconds),
    { ...arrivals(2, 1, { maxInFlight: 1 }), flows: ['blocking'], delayMicros: 1.2 * second },
  ]);
  return { ...plan, flows: { ...plan.flows, blocking } };
}

const told = /^thread 0: it did not answer for \ds and was ended: something in it blocks/;

describe('a load thread that a regular expression blocks', { retry: 2 }, () => {
  it('is given up; the others finish, and the run ends', async () => {
    const limits = { loadMicros: 4 * second, stoppedMicros: 600 * second };
    const pool = await startPool(blockedPlan(3), 2, { onSnapshot: () => undefined }, limits);
    pool.start(systemClock.nowMicros() + 50_000);
    const { deadThreads, slices } = await pool.finished;
    expect(deadThreads).toEqual([expect.stringMatching(told)]);
    // The second thread offered its half; the first at least what it had told before.
    const { offered } = totalsOf(slices, 'ask').counts;
    expect(offered).toBeGreaterThanOrEqual(60 + 10);
    expect(offered).toBeLessThan(120);
  });

  it('does not keep a run from being stopped', async () => {
    const limits = { loadMicros: 600 * second, stoppedMicros: 4 * second };
    const pool = await startPool(blockedPlan(500), 2, { onSnapshot: () => undefined }, limits);
    pool.start(systemClock.nowMicros() + 50_000);
    await sleep(systemClock, 3 * second);
    pool.stop();
    const { deadThreads, elapsedMicros } = await pool.finished;
    expect(deadThreads).toEqual([expect.stringMatching(told)]);
    expect(elapsedMicros).toBeLessThan(60 * second);
    await pool.close();
  });
});
