// The load core against servers whose behaviour is known: the right number of samples and the right latencies.

import { describe, expect, it } from 'vitest';
import { known } from '../support/known-scope.ts';
import { startConstantServer, startStallingServer } from '../support/known-servers.ts';
import { arrivals, flowOf, httpStep, planOf, second } from '../support/load-plans.ts';
import { runLoad } from '../support/run-load.ts';
import { totalsOf } from '../support/totals.ts';

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.ceil(values.length / 2) - 1] ?? Number.NaN;

// A wrong number is wrong every time; what a busy machine adds is not: hence the second and third chance.
const chances = { retry: 2 };

describe('load against a server of constant delay', () => {
  it(
    'shows exactly 200 samples at 20/s for 10 s, with the median delay that the server logged',
    chances,
    async () => {
      const server = await known(startConstantServer(100));
      const plan = planOf(server.url, flowOf([httpStep('constant')]), [arrivals(20, 10)]);
      const { slices, elapsedMicros } = await runLoad(plan, 2);
      const { counts, quantile } = totalsOf(slices, 'constant');
      expect(counts).toMatchObject({ offered: 200, started: 200, ok: 200 });
      expect(server.delaysMicros).toHaveLength(200);
      expect(elapsedMicros).toBe(10 * second);
      const own = slices.filter(({ series }) => series === 'constant');
      expect(
        own.filter(({ counts: { offered } }) => offered > 0).map(({ startMicros }) => startMicros),
      ).toEqual(Array.from({ length: 10 }, (_, index) => index * second));
      for (const slice of own.slice(0, 10)) expect(slice.counts.offered).toBe(20);
      const logged = median(server.delaysMicros);
      const shown = quantile('response', 0.5);
      expect(shown).toMatchObject({ atLeast: false, enough: true });
      expect(Math.abs(shown.valueMicros - logged)).toBeLessThanOrEqual(logged * 0.01 + 1_000);
    },
  );
});

describe('load against a server that stalls for 1 s once', () => {
  // 100/s: what is due in the stall waits for its end, so the n-th slowest of 1,000 waits about 1 s − n · 10 ms.
  it('shows the wait of everything that was due in the stall', chances, async () => {
    const server = await known(startStallingServer(4_000, 1_000));
    const plan = planOf(server.url, flowOf([httpStep('stalling')]), [arrivals(100, 10)]);
    const { counts, quantile } = totalsOf((await runLoad(plan)).slices, 'stalling');
    expect(counts).toMatchObject({ offered: 1_000, ok: 1_000 });
    const p99 = quantile('response', 0.99);
    expect(p99).toMatchObject({ atLeast: false, enough: true });
    expect(p99.valueMicros).toBeGreaterThan(0.85 * second);
    expect(p99.valueMicros).toBeLessThan(0.95 * second);
    expect(quantile('response', 0.5).valueMicros).toBeLessThan(0.1 * second);
  });

  it('keeps service far below response when everything queues for one place', chances, async () => {
    const server = await known(startStallingServer(4_000, 1_000));
    const load = arrivals(100, 10, { maxInFlight: 1, onLimit: 'queue' });
    const { slices } = await runLoad(planOf(server.url, flowOf([httpStep('queued')]), [load]), 2);
    const { counts, quantile } = totalsOf(slices, 'queued');
    expect(counts).toMatchObject({ offered: 1_000, dropped: 0 });
    expect(server.peak).toBe(1);
    const response = quantile('response', 0.99).valueMicros;
    expect(response).toBeGreaterThan(0.85 * second);
    expect(quantile('service', 0.99).valueMicros).toBeLessThan(response / 5);
  });
});
