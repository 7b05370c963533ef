// Saturating loads through real threads: connections are divided, never multiplied, and every sum is exact at any end.

import { describe, expect, it } from 'vitest';
import { sleep, systemClock } from '../../src/kernel/clock.ts';
import type { LoadEntry } from '../../src/scenario/scenario.ts';
import { known } from '../support/known-scope.ts';
import { refusingUrl, startConstantServer, startSilentServer } from '../support/known-servers.ts';
import { flowOf, httpStep, planOf, second, users } from '../support/load-plans.ts';
import { runLoad } from '../support/run-load.ts';
import { totalsOf } from '../support/totals.ts';

const saturate = (connections: number, seconds: number, delaySeconds = 0): LoadEntry => ({
  model: 'saturate',
  flows: ['main'],
  delayMicros: delaySeconds * second,
  connections,
  forMicros: seconds * second,
});
const single = flowOf([httpStep('ask')]);

describe('a load that saturates', () => {
  it.each([1, 2])('has its connections in all %i threads together', async (threads) => {
    const server = await known(startConstantServer(20));
    const { slices, health } = await runLoad(planOf(server.url, single, [saturate(10, 2)]), threads);
    const { counts, quantile } = totalsOf(slices, 'ask');
    // 10 connections · 2 s / 20 ms = 1,000, less what timers and this machine add.
    expect(counts.ok).toBeGreaterThan(500);
    expect(counts.ok).toBeLessThanOrEqual(1_030);
    expect(counts).toMatchObject({ offered: server.delaysMicros.length, ok: server.delaysMicros.length });
    expect(server.peak).toBe(10);
    expect(quantile('service', 0.5).valueMicros).toBeGreaterThanOrEqual(
      Math.min(...server.delaysMicros) * 0.999,
    );
    expect(totalsOf(slices, 'flow:main').counts).toMatchObject({ offered: counts.offered, ok: counts.ok });
    expect(health.measures.find(({ name }) => name === 'busiest thread')?.saturatedAbove).toBe(1);
  });

  it('gives connections to as many threads as there are connections', async () => {
    const server = await known(startConstantServer(5));
    const { slices } = await runLoad(planOf(server.url, single, [saturate(1, 1)]), 2);
    expect(server.peak).toBe(1);
    expect(totalsOf(slices, 'ask').counts.ok).toBe(server.delaysMicros.length);
  });

  it('is not called unhealthy for a thread that is as busy as it can be', async () => {
    const server = await known(startConstantServer(0));
    const { slices, health } = await runLoad(
      planOf(server.url, single, [saturate(20, 3)], { warmupMicros: second }),
    );
    const { counts } = totalsOf(slices, 'ask');
    expect(counts.ok).toBe(server.delaysMicros.length);
    expect(counts.ok).toBeGreaterThan(1_000);
    expect(health.measures.find(({ name }) => name === 'busiest thread')?.level).toBe('good');
  });

  it('counts answers that are refusals exactly', async () => {
    const server = await known(startConstantServer(1, (n) => n % 10 === 9));
    const { slices, examples } = await runLoad(planOf(server.url, single, [saturate(4, 1)]), 2);
    const { counts } = totalsOf(slices, 'ask');
    expect(counts.failed).toBe(Math.floor(counts.offered / 10));
    expect(counts.statuses).toEqual({ 200: counts.ok, 500: counts.failed });
    expect(counts.answered).toBe(counts.offered);
    expect(examples.some(({ example }) => example.includes('status 500'))).toBe(true);
  });

  it('lets what is in flight end, and censors what does not', async () => {
    const slow = await known(startConstantServer(520));
    const drained = await runLoad(planOf(slow.url, single, [saturate(3, 1)]));
    expect(totalsOf(drained.slices, 'ask').counts).toMatchObject({ offered: 6, ok: 6 });
    const silent = await known(startSilentServer());
    const cut = await runLoad(planOf(silent.url, single, [saturate(3, 1)], { gracefulStopMicros: 300_000 }));
    expect(totalsOf(cut.slices, 'ask').counts).toMatchObject({
      offered: 3,
      censored: 3,
      errors: { timeout: 3 },
    });
    expect(totalsOf(cut.slices, 'flow:main').counts).toMatchObject({ offered: 3, censored: 3 });
  });

  it('begins when its delay is over', async () => {
    const server = await known(startConstantServer(50));
    const { slices } = await runLoad(planOf(server.url, single, [saturate(2, 1, 1)]));
    const begun = slices.filter(({ series, counts }) => series === 'ask' && counts.started > 0);
    expect(Math.min(...begun.map(({ startMicros }) => startMicros))).toBe(second);
    expect(Math.max(...begun.map(({ startMicros }) => startMicros))).toBeLessThan(2 * second);
  });

  it('stops at once when it is told to', async () => {
    const server = await known(startConstantServer(20));
    const begunAtMicros = systemClock.nowMicros();
    const { slices, elapsedMicros } = await runLoad(
      planOf(server.url, single, [saturate(5, 30)]),
      2,
      async (pool) => {
        await sleep(systemClock, second);
        pool.stop();
      },
    );
    const { counts } = totalsOf(slices, 'ask');
    expect(counts).toMatchObject({ ok: counts.offered, censored: 0 });
    expect(counts.ok).toBe(server.delaysMicros.length);
    expect(elapsedMicros).toBeLessThan(3 * second);
    expect(systemClock.nowMicros() - begunAtMicros).toBeLessThan(10 * second);
  });

  it('does not storm a port that refuses it', async () => {
    const { slices } = await runLoad(planOf(await refusingUrl(), single, [saturate(4, 2)]));
    const { counts } = totalsOf(slices, 'ask');
    expect(counts.errors).toEqual({ connect: counts.offered });
    expect(counts.offered).toBeLessThanOrEqual(4 * 30);
    expect(counts.offered).toBeGreaterThan(4 * 8);
  });

  it('runs beside users', async () => {
    const server = await known(startConstantServer(10));
    const { slices } = await runLoad(planOf(server.url, single, [saturate(2, 1), users(2, 1)]));
    expect(server.peak).toBe(4);
    expect(totalsOf(slices, 'ask').counts.ok).toBe(server.delaysMicros.length);
  });
});
