// What a load thread plays to itself before the start: it really plays, reaches nobody else, and leaves nothing open.

import { request } from 'undici';
import { describe, expect, it } from 'vitest';
import type { PreparedStep } from '../../src/engines/registry.ts';
import { hostGate } from '../../src/faults/pins.ts';
import { openEngines } from '../../src/engines/registry.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import type { Progress } from '../../src/measure/snapshot.ts';
import type { SliceCounts } from '../../src/measure/slice.ts';
import { emptyCounts } from '../../src/measure/slice.ts';
import { addCounts } from '../../src/measure/counts.ts';
import { createPreciseClock } from '../../src/run/precise-clock.ts';
import { rehearse } from '../../src/run/rehearsal.ts';
import { ThreadRun } from '../../src/run/thread-run.ts';
import { templates } from '../../src/scenario/templates.ts';

describe('a rehearsal', () => {
  it('plays a plan to a server of its own, which is gone afterwards', async () => {
    let url = '';
    await rehearse(async (plan) => {
      url = plan.addresses.http ?? '';
      const { statusCode, body } = await request(url);
      expect(statusCode).toBe(200);
      expect(await body.json()).toEqual({ ok: true });
      expect(new URL(url).hostname).toBe('127.0.0.1');
      expect([plan.allow, plan.env, plan.secrets]).toEqual([[], {}, []]);
    });
    expect(url).not.toBe('');
    await expect(request(url)).rejects.toThrow(/ECONNREFUSED/);
  });

  it('sends every kind of its requests, and none fails', async () => {
    const clock = createPreciseClock();
    const counts = new Map<string, SliceCounts>();
    let last: Progress | undefined;
    let thrown: unknown;
    await rehearse(async (plan) => {
      try {
        const engines = openEngines({
          ...{ addresses: plan.addresses, http: plan.http, tls: plan.tls, env: plan.env, templates },
          observer: { observe: () => undefined, tally: () => undefined },
          isAllowedHost: () => false,
          hosts: hostGate({}, []),
          file: (written) => written,
          nowMicros: () => clock.nowMicros(),
          redact: (text) => text,
        });
        const run = new ThreadRun<PreparedStep>(plan, {
          ...{ clock, pauses: systemClock, engines },
          send: ({ deltas, progress }) => {
            last = progress;
            for (const delta of deltas) {
              const known = counts.get(delta.series) ?? emptyCounts();
              addCounts(known, delta.counts);
              counts.set(delta.series, known);
            }
          },
        });
        await run.start(clock.nowMicros() + 10_000);
        await engines.close();
      } catch (error) {
        thrown = error;
      }
    });
    expect(thrown).toBeUndefined();
    expect([...counts.keys()].sort()).toEqual([
      ...['GET /?{{iteration}}', 'POST /', 'flow:fresh', 'flow:kept', 'flow:posted'],
    ]);
    for (const { ok, failed, censored, answered } of counts.values()) {
      expect({ failed, censored }).toEqual({ failed: 0, censored: 0 });
      expect(ok).toBeGreaterThan(10);
      expect(answered).toBe(ok);
    }
    expect(last).toMatchObject({ inFlight: 0 });
  });

  it('never keeps a load from starting', async () => {
    await expect(rehearse(() => Promise.reject(new Error('no loopback')))).resolves.toBeUndefined();
  });

  it('is told to end when it takes too long', async () => {
    const begin = performance.now();
    await rehearse(
      (_, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
    );
    expect(performance.now() - begin).toBeGreaterThan(1_000);
    expect(performance.now() - begin).toBeLessThan(15_000);
  });
});
