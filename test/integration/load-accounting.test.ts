// Nothing that was offered is ever lost from the numbers: dropped, unsent, cut off, refused, reset or answered badly.

import { describe, expect, it } from 'vitest';
import { sleep, systemClock } from '../../src/kernel/clock.ts';
import { startPool } from '../../src/run/pool.ts';
import type { LoadEntry, Step } from '../../src/scenario/scenario.ts';
import { known } from '../support/known-scope.ts';
import {
  refusingUrl,
  startConstantServer,
  startRefusingServer,
  startResettingServer,
  startServer,
  startSilentServer,
} from '../support/known-servers.ts';
import { defaultHttpSettings } from '../../src/engines/settings.ts';
import { arrivals, flowOf, httpStep, planOf, second, users } from '../support/load-plans.ts';
import { runLoad } from '../support/run-load.ts';
import { totalsOf } from '../support/totals.ts';

const ask = flowOf([httpStep('ask'), httpStep('again')]);
const single = flowOf([httpStep('ask')]);

describe('work that was due and not done', () => {
  it('is dropped when the places are taken, with the first step offered and the rest skipped', async () => {
    const server = await known(startConstantServer(500));
    const { slices } = await runLoad(planOf(server.url, ask, [arrivals(20, 2, { maxInFlight: 4 })]), 2);
    const first = totalsOf(slices, 'ask').counts;
    const flow = totalsOf(slices, 'flow:main').counts;
    expect(first.offered).toBe(40);
    expect(first.dropped).toBeGreaterThan(10);
    expect(flow).toMatchObject({ offered: 40, dropped: first.dropped, ok: first.ok });
    const second = totalsOf(slices, 'again').counts;
    expect(second).toMatchObject({ offered: first.ok, skipped: first.dropped, dropped: 0 });
    expect(server.peak).toBeLessThanOrEqual(4);
  });

  it('is unsent when it still queues at the end of the load', async () => {
    const server = await known(startConstantServer(300));
    const load = arrivals(20, 2, { maxInFlight: 1, onLimit: 'queue' });
    const { slices } = await runLoad(planOf(server.url, single, [load]));
    const { counts, quantile } = totalsOf(slices, 'ask');
    expect(counts.offered).toBe(40);
    expect(counts.unsent).toBeGreaterThan(20);
    expect(counts.ok).toBeGreaterThan(3);
    expect(quantile('response', 0.5)).toMatchObject({ atLeast: true, valueMicros: 30 * second });
  });

  it('is censored when it is still in flight after the graceful stop', async () => {
    const server = await known(startSilentServer());
    const plan = planOf(server.url, ask, [arrivals(10, 1)], { gracefulStopMicros: 500_000 });
    const { slices } = await runLoad(plan);
    const { counts } = totalsOf(slices, 'ask');
    expect(counts).toMatchObject({
      offered: 10,
      started: 10,
      censored: 10,
      failed: 0,
      errors: { timeout: 10 },
    });
    expect(totalsOf(slices, 'again').counts).toMatchObject({ offered: 0, skipped: 10 });
    expect(totalsOf(slices, 'flow:main').counts).toMatchObject({ offered: 10, censored: 10 });
    const elapsed = slices.flatMap(({ histograms }) => histograms.serviceFailed?.maxValue ?? []);
    expect(Math.max(...elapsed)).toBeGreaterThan(1.4 * second);
  });

  it.each(['drop', 'queue'] as const)('has every term of the sum at once, exactly: %s', async (onLimit) => {
    // Every fifth answer is bad; from the thirtieth request on nothing is answered any more.
    const server = await known(
      startServer(
        (n) => (n >= 30 ? 2_000_000_000 : 60),
        (n) => (n % 5 === 4 ? 503 : 200),
      ),
    );
    const load = [
      arrivals(40, 2, { maxInFlight: 4, onLimit }),
      { ...users(2, 2), everyMicros: 0.1 * second } as LoadEntry,
    ];
    const plan = planOf(server.url, ask, load, { gracefulStopMicros: 500_000 });
    const { slices } = await runLoad(plan, 2);
    const first = totalsOf(slices, 'ask').counts;
    expect(first.offered).toBe(80 + 40);
    for (const term of ['ok', 'failed', 'censored', 'dropped', 'unsent'] as const) {
      if (term === 'unsent' && onLimit === 'drop') continue;
      expect(first[term], term).toBeGreaterThan(0);
    }
    const whole = totalsOf(slices, 'flow:main').counts;
    expect(whole).toMatchObject({ offered: 120, dropped: first.dropped, unsent: first.unsent });
    const again = totalsOf(slices, 'again').counts;
    expect(again.offered + again.skipped).toBe(120);
    expect(whole.ok + whole.failed + whole.censored).toBe(first.started);
  });

  it('is accounted for when the load is stopped in the middle', async () => {
    const server = await known(startConstantServer(50));
    const { slices, elapsedMicros } = await runLoad(
      planOf(server.url, single, [arrivals(50, 30)]),
      2,
      async (pool) => {
        await sleep(systemClock, 1_500_000);
        pool.stop();
      },
    );
    const { counts } = totalsOf(slices, 'ask');
    expect(elapsedMicros).toBeGreaterThan(second);
    expect(elapsedMicros).toBeLessThan(10 * second);
    // Offered is what was due until the stop, up to the time the word takes to reach the threads.
    expect(counts.offered).toBeGreaterThanOrEqual(Math.floor(elapsedMicros / 20_000));
    expect(counts.offered).toBeLessThan(elapsedMicros / 20_000 + 50);
  });
});

describe('failed requests', () => {
  it('are outside p95 when they are 4 %, and decide it when they are 6 %', async () => {
    const p95 = async (
      badOfFifty: number,
    ): Promise<{ bad: number; atLeast: boolean; valueMicros: number }> => {
      const server = await known(startConstantServer(5, (n) => n % 50 < badOfFifty));
      const { slices } = await runLoad(planOf(server.url, single, [arrivals(100, 3)]));
      const { counts, quantile } = totalsOf(slices, 'ask');
      expect(counts).toMatchObject({ offered: 300, statuses: { '500': counts.failed } });
      return { bad: counts.failed, ...quantile('response', 0.95) };
    };
    expect(await p95(2)).toMatchObject({ bad: 12, atLeast: false });
    expect(await p95(3)).toMatchObject({ bad: 18, atLeast: true, valueMicros: 30 * second });
  });

  it('are the fastest of all when connections are reset at once, and still rank last', async () => {
    const run = async (badOfFifty: number): Promise<ReturnType<typeof totalsOf>> => {
      const server = await known(startRefusingServer(20, (n) => n % 50 < badOfFifty));
      const http = { ...defaultHttpSettings, keepAlive: false };
      const { slices } = await runLoad(planOf(server.url, single, [arrivals(100, 3)], { http }), 2);
      return totalsOf(slices, 'ask');
    };
    const four = await run(2);
    expect(four.counts).toMatchObject({
      offered: 300,
      ok: 288,
      failed: 12,
      answered: 288,
      errors: { reset: 12 },
    });
    expect(four.quantile('response', 0.95)).toMatchObject({ atLeast: false });
    // Resets within a millisecond do not improve any percentile: the lowest is a good answer.
    expect(four.quantile('response', 0.01).valueMicros).toBeGreaterThan(18_000);
    const six = await run(3);
    expect(six.counts).toMatchObject({ offered: 300, ok: 282, failed: 18 });
    expect(six.quantile('response', 0.95)).toMatchObject({ atLeast: true, valueMicros: 30 * second });
    expect(six.quantile('response', 0.5)).toMatchObject({ atLeast: false });
  });

  it('carry the class and an example of what happened', async () => {
    const refused = await runLoad(planOf(await refusingUrl(), single, [arrivals(20, 1)]));
    expect(totalsOf(refused.slices, 'ask').counts).toMatchObject({
      failed: 20,
      answered: 0,
      errors: { connect: 20 },
    });
    expect(refused.examples.filter(({ series }) => series === 'ask')).toHaveLength(3);
    const server = await known(startResettingServer());
    const reset = await runLoad(planOf(server.url, single, [arrivals(20, 1)]));
    expect(totalsOf(reset.slices, 'ask').counts).toMatchObject({ failed: 20, errors: { reset: 20 } });
  });
});

describe('virtual users', () => {
  it('are as many as asked for, over all threads, each waiting for its answer', async () => {
    const server = await known(startConstantServer(100));
    const { slices } = await runLoad(planOf(server.url, single, [users(3, 2)]), 2);
    const { counts } = totalsOf(slices, 'ask');
    expect(server.peak).toBe(3);
    // Three users, 2 s, 100 ms each: 60 at most, and one more each that began just before the end.
    expect(counts.ok).toBeGreaterThan(20);
    expect(counts.ok).toBeLessThanOrEqual(63);
    expect(counts.ok).toBe(counts.offered);
  });
});

describe('phase edges', () => {
  it('cut slices, and take along what was in flight', async () => {
    const server = await known(startConstantServer(400));
    const edgeMicros = 1_500_000;
    const { slices } = await runLoad(
      planOf(server.url, single, [arrivals(20, 3)]),
      2,
      async (pool, startAtMicros) => {
        await systemClock.sleepUntil(startAtMicros + edgeMicros);
        pool.edge(edgeMicros, 'effect');
      },
    );
    const own = slices.filter(({ series, counts }) => series === 'ask' && counts.offered > 0);
    expect(own.map(({ startMicros, endMicros }) => [startMicros, endMicros])).toEqual([
      [0, second],
      [second, edgeMicros],
      [edgeMicros, edgeMicros + second],
      // The load ends here, half a second into the slice.
      [edgeMicros + second, 3 * second],
    ]);
    // Due in the 400 ms before the edge and not answered at it: 8 at 20/s, more or less one.
    expect(own[1]?.counts.offered).toBeLessThanOrEqual(4);
    expect(own[2]?.counts.offered).toBeGreaterThanOrEqual(26);
  });
});

describe('the end of the load', () => {
  it('is an edge: answers that came after it are no throughput of the last second', async () => {
    const server = await known(startConstantServer(310));
    const { slices } = await runLoad(planOf(server.url, single, [arrivals(40, 1.5)]));
    const own = slices.filter(({ series }) => series === 'ask');
    const within = own.filter(({ startMicros }) => startMicros < 1.5 * second);
    expect(within.map(({ startMicros, endMicros }) => [startMicros, endMicros])).toEqual([
      [0, second],
      [second, 1.5 * second],
    ]);
    // Due before 1.19 s and so answered until 1.5 s: 48; the other twelve came later.
    const okEnded = within.reduce((sum, { counts }) => sum + counts.okEnded, 0);
    expect(okEnded).toBeGreaterThan(30);
    expect(okEnded).toBeLessThanOrEqual(48);
    expect(own.reduce((sum, { counts }) => sum + counts.okEnded, 0)).toBe(60);
  });

  it('comes early when all iterations are done, and nobody waits for the planned one', async () => {
    const server = await known(startConstantServer(20));
    const entry = { ...users(3, 60), iterations: { count: 20, per: 'total' } } as LoadEntry;
    const begunAt = Date.now();
    const { slices, elapsedMicros } = await runLoad(planOf(server.url, single, [entry]), 2);
    expect(Date.now() - begunAt).toBeLessThan(30_000);
    expect(totalsOf(slices, 'flow:main').counts).toMatchObject({ offered: 20, ok: 20 });
    expect(elapsedMicros).toBeGreaterThan(0.1 * second);
    expect(elapsedMicros).toBeLessThan(20 * second);
    expect(slices.at(-1)?.endMicros).toBe(elapsedMicros);
  });
});

describe('load threads', () => {
  it('that die are named, and the others go on', async () => {
    const server = await known(startConstantServer(5));
    const plan = planOf(server.url, single, [arrivals(20, 1), arrivals(20, 1, { maxInFlight: 1 })]);
    // The second load has one place and so lives in the first thread only, where it cannot be read.
    Object.assign(plan.load[1] ?? {}, { stages: null });
    const pool = await startPool(plan, 2, { onSnapshot: () => undefined });
    pool.start(systemClock.nowMicros() + 50_000);
    const { deadThreads, slices } = await pool.finished;
    expect(deadThreads).toHaveLength(1);
    expect(deadThreads[0]).toMatch(/^thread 0: /);
    expect(totalsOf(slices, 'ask').counts.offered).toBeGreaterThanOrEqual(10);
  });

  it('that die in the middle take only their own numbers with them', async () => {
    const server = await known(startConstantServer(5));
    const plan = planOf(server.url, single, [
      arrivals(40, 2),
      { ...arrivals(5, 1, { maxInFlight: 1 }), flows: ['doom'], delayMicros: 0.5 * second },
    ]);
    // A pause whose length is no number: nobody notices before it is walked, in the one thread that has a place.
    const doom = {
      ...flowOf([{ kind: 'think', minMicros: 0n, maxMicros: 0n } as unknown as Step]),
      name: 'doom',
    };
    const pool = await startPool({ ...plan, flows: { ...plan.flows, doom } }, 2, {
      onSnapshot: () => undefined,
    });
    pool.start(systemClock.nowMicros() + 50_000);
    const { deadThreads, slices, elapsedMicros } = await pool.finished;
    expect(deadThreads).toEqual([expect.stringMatching(/^thread 0: .*BigInt/)]);
    expect(elapsedMicros).toBe(2 * second);
    const { offered } = totalsOf(slices, 'ask').counts;
    expect(offered).toBeGreaterThanOrEqual(40);
    expect(offered).toBeLessThan(80);
  });

  it('that cannot begin are one clear error', async () => {
    const flow = flowOf([
      { ...httpStep('ask'), kind: 'carrier pigeon' as 'http' } as ReturnType<typeof httpStep>,
    ]);
    const starting = startPool(planOf('http://127.0.0.1:9', flow, [arrivals(1, 1)]), 2, {
      onSnapshot: () => undefined,
    });
    await expect(starting).rejects.toMatchObject({ code: 'LOAD_THREAD_FAILED', exitCode: 2 });
  });
});
