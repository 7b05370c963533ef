// Is it the generator or the target? A starved generator makes the run invalid; a bad target never looks like one.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lastRecord, openWorkspace, type Workspace } from '../support/cli.ts';
import { openCpuQuota } from '../support/cpu-quota.ts';
import { startFrozenServer } from '../support/frozen-server.ts';
import {
  refusingUrl,
  startConstantServer,
  startResettingServer,
  startSilentServer,
} from '../support/known-servers.ts';
import { arrivals, flowOf, httpStep, planOf, second } from '../support/load-plans.ts';
import { runLoad } from '../support/run-load.ts';
import { totalsOf } from '../support/totals.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function opened<Thing extends { close(): Promise<void> }>(opening: Promise<Thing>): Promise<Thing> {
  const thing = await opening;
  closers.push(() => thing.close());
  return thing;
}

describe('a generator that is starved', () => {
  let workspace: Workspace;
  beforeEach(async () => {
    workspace = await opened(openWorkspace());
  });

  it('is found when its CPU is limited: the run is invalid, whatever its promises say', async (context) => {
    const quota = openCpuQuota(0.05);
    if (typeof quota === 'string') {
      if (process.env['METTLE_REQUIRE_ALL'] === '1') throw new Error(quota);
      console.warn(`skipped: ${quota}`);
      return context.skip();
    }
    closers.push(() => quota.close());
    const server = await opened(startConstantServer(1));
    const running = workspace.start(
      ['run', server.url, '--rate', '200/s', '--for', '6s', '--slo', 'p50 < 60s'],
      { limitMs: 80_000 },
    );
    await running.until('the load has begun', () => server.delaysMicros.length > 20);
    quota.hold(running.pid);
    const { exitCode, stdout } = await running.ended;
    const { health, verdict } = lastRecord(workspace);
    expect(health.level).toBe('saturated');
    expect(verdict.status).toBe('invalid');
    expect(verdict.reasons.join('\n')).toContain('the load generator was saturated');
    expect(stdout).toContain('verdict: invalid');
    expect(exitCode).toBe(3);
  });
});

// What another program on this machine takes away is no mistake of the judgement: hence the chances.
const chances = { retry: 3 };

/** Holds up its thread, or only waits. */
const hooks = `
export function computes() {
  const until = performance.now() + 80;
  while (performance.now() < until);
}
export const waits = () => new Promise((resolve) => setTimeout(resolve, 80));
`;

describe('a hook of the user’s own', () => {
  let workspace: Workspace;
  beforeEach(async () => {
    workspace = await opened(openWorkspace());
  });

  async function healthWith(hook: 'computes' | 'waits') {
    const server = await opened(startConstantServer(5));
    await workspace.file('hooks.mjs', hooks);
    const scenario = await workspace.file(
      `${hook}.yml`,
      `name: ${hook}
target: { http: '${server.url}' }
hooks: hooks.mjs
flows:
  ask: { steps: [{ http: GET /, name: asked }] }
  own: { steps: [{ call: ${hook}, name: own }] }
load:
  - { flow: ask, users: [{ users: 4, for: 5s }], every: 100ms }
  - { flow: own, arrivals: [{ rate: 4/s, for: 5s }] }
slo: [p50(asked) < 60s]
`,
    );
    const { exitCode } = await workspace.run(['run', scenario]);
    const record = lastRecord(workspace);
    const loop = record.health.measures.find(({ name }) => name === 'event-loop delay p99');
    const own = record.series.find(({ name }) => name === 'own');
    expect(own, 'its calls are all good: nothing but health tells').toMatchObject({ offered: 20, ok: 20 });
    return { record, exitCode, loop };
  }

  it('that computes for 80 ms several times a second holds up the load: the run is invalid', async () => {
    const { record, exitCode, loop } = await healthWith('computes');
    expect(loop).toMatchObject({ level: 'saturated' });
    expect(loop?.value).toBeGreaterThan(60_000);
    expect(record.slo.map(({ status }) => status)).toEqual(['pass']);
    expect(record.verdict.status).toBe('invalid');
    expect(record.verdict.reasons.join('\n')).toMatch(
      /the load generator was saturated: .*event-loop delay p99/,
    );
    expect(exitCode).toBe(3);
  });

  it('that waits as long holds up nothing', chances, async () => {
    const { record, exitCode, loop } = await healthWith('waits');
    expect(loop?.level).not.toBe('saturated');
    expect(record.health.level).not.toBe('saturated');
    expect(record.verdict.status).toBe('pass');
    expect(exitCode).toBe(0);
  });
});

describe('a target that is bad is not taken for a generator that is', () => {
  const load = (url: string) =>
    runLoad(
      planOf(url, flowOf([httpStep('asked', { timeoutMicros: 0.5 * second })]), [
        arrivals(100, 4, { maxInFlight: 2_000 }),
      ]),
    );

  it('slow: every answer comes after the timeout', chances, async () => {
    const { slices, health } = await load((await opened(startConstantServer(1_500))).url);
    expect(totalsOf(slices, 'asked').counts).toMatchObject({ offered: 400, ok: 0, errors: { timeout: 400 } });
    expect(health.level).not.toBe('saturated');
  });

  it('silent: no answer ever', chances, async () => {
    const { slices, health } = await load((await opened(startSilentServer())).url);
    expect(totalsOf(slices, 'asked').counts).toMatchObject({ offered: 400, ok: 0, errors: { timeout: 400 } });
    expect(health.level).not.toBe('saturated');
  });

  it('frozen: it accepts until its queue is full, then not even that', chances, async () => {
    const { slices, health } = await load((await opened(startFrozenServer())).url);
    expect(totalsOf(slices, 'asked').counts).toMatchObject({ offered: 400, ok: 0, errors: { timeout: 400 } });
    expect(health.level).not.toBe('saturated');
  });

  it('dead: nothing listens', chances, async () => {
    const { slices, health } = await load(await refusingUrl());
    expect(totalsOf(slices, 'asked').counts).toMatchObject({ offered: 400, ok: 0, errors: { connect: 400 } });
    expect(health.level).not.toBe('saturated');
  });

  it('rude: every connection is reset', chances, async () => {
    const { slices, health } = await load((await opened(startResettingServer())).url);
    expect(totalsOf(slices, 'asked').counts).toMatchObject({ offered: 400, ok: 0, errors: { reset: 400 } });
    expect(health.level).not.toBe('saturated');
  });

  it('full: too slow for what is offered, so that arrivals find no place', chances, async () => {
    const server = await opened(startConstantServer(400));
    const plan = planOf(server.url, flowOf([httpStep('asked')]), [arrivals(100, 4, { maxInFlight: 5 })]);
    const { slices, health } = await runLoad(plan);
    const { counts } = totalsOf(slices, 'asked');
    expect(counts.offered).toBe(400);
    expect(counts.dropped).toBeGreaterThan(300);
    expect(health.level).not.toBe('saturated');
  });
});
