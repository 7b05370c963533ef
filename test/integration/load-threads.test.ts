// Load threads, for real: whatever their number a load is the same load, and one that dies makes the run invalid, not shorter.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ArrivalsEntry, Flow, LoadEntry, Step, UsersEntry } from '../../src/scenario/scenario.ts';
import { lastRecord, openWorkspace, type Workspace } from '../support/cli.ts';
import { arrivals, httpStep, planOf, second, users } from '../support/load-plans.ts';
import { runLoad } from '../support/run-load.ts';
import { totalsOf } from '../support/totals.ts';

/** Answers at once and remembers what it was asked. */
async function startListener() {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end('ok');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

const listeners: { close(): void }[] = [];
afterEach(() => {
  for (const listener of listeners.splice(0)) listener.close();
});

const getting = (name: string, url: string): Step => ({ ...httpStep(name), url }) as Step;
const flow = (name: string, weight: number, url: string): Flow => ({
  name,
  weight,
  before: [],
  steps: [getting(name, `/${name}?${url}`)],
});
const rows = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: `${prefix}${index}` }));

describe('one, two and three load threads', () => {
  const flows = [
    flow('buy', 1, 'n={{iteration}}&user={{user}}&s={{seq.id}}&r={{rnd.id}}&u={{uuid}}'),
    flow('browse', 3, 'n={{iteration}}&user={{user}}&s={{seq.id}}&r={{rnd.id}}&u={{uuid}}'),
    flow('shared', 1, ''),
  ];
  const onePlace = arrivals(20, 2, { maxInFlight: 1, onLimit: 'queue' }) as ArrivalsEntry;
  const idle = { fromPerSecond: 0, toPerSecond: 0, spacing: 'even' as const };
  const load: LoadEntry[] = [
    { ...(arrivals(60, 2, { spacing: 'poisson' }) as ArrivalsEntry), flows: ['buy', 'browse'] },
    // One place, whatever the threads; the queue has time to get empty before the load ends.
    { ...onePlace, flows: ['browse'], stages: [...onePlace.stages, { ...idle, forMicros: 3 * second }] },
    // Slots so wide that even a busy machine misses none.
    { ...(users(20, 5) as UsersEntry), flows: ['browse', 'buy'], everyMicros: 2.5 * second },
    {
      ...(users(4, 2) as UsersEntry),
      flows: ['shared'],
      iterations: { count: 30, per: 'total' },
      delayMicros: 0.5 * second,
    },
  ];
  const data = {
    seq: { pick: 'sequential' as const, per: 'iteration' as const, rows: rows('s', 50) },
    rnd: { pick: 'random' as const, per: 'iteration' as const, rows: rows('r', 50) },
  };

  const run = async (threads: number) => {
    const listener = await startListener();
    listeners.push(listener);
    const plan = planOf(listener.url, flows[0] as Flow, load, {
      flows: Object.fromEntries(flows.map((one) => [one.name, one])),
      data,
    });
    const { slices } = await runLoad(plan, threads);
    const counts = ['buy', 'browse', 'shared', 'flow:buy', 'flow:browse', 'flow:shared'].map((series) => {
      const { offered, ok, dropped, unsent } = totalsOf(slices, series).counts;
      return { series, offered, ok, dropped, unsent };
    });
    const perSecond = [0, second].map((from) =>
      slices
        .filter(({ series, startMicros }) => series.startsWith('flow:b') && startMicros === from)
        .reduce((sum, slice) => sum + slice.counts.offered, 0),
    );
    return { asked: listener.asked.sort(), counts, perSecond };
  };

  it('send the same requests with the same rows, at the same rates', { retry: 2 }, async () => {
    const one = await run(1);
    expect(one.asked.length).toBeGreaterThan(170);
    expect(one.counts.every(({ dropped, unsent }) => dropped === 0 && unsent === 0)).toBe(true);
    for (const threads of [2, 3]) {
      const more = await run(threads);
      expect(more.asked).toEqual(one.asked);
      expect(more.counts).toEqual(one.counts);
      for (const [index, offered] of more.perSecond.entries()) {
        // By due time, which no lateness moves; one that is due on the boundary may be rounded to either side.
        expect(Math.abs(offered - (one.perSecond[index] ?? 0))).toBeLessThanOrEqual(1);
      }
    }
  });
});

describe('--threads', () => {
  let workspace: Workspace;
  let listener: Awaited<ReturnType<typeof startListener>>;
  beforeAll(async () => {
    workspace = await openWorkspace();
    listener = await startListener();
  });
  afterAll(async () => {
    listener.close();
    await workspace.close();
  });

  it('says how many in the record, and warns when they are too many', async () => {
    const load = ['--rate', '30/s', '--for', '2s'];
    const result = await workspace.run(['run', listener.url, ...load, '--threads', '3']);
    expect([0, 3], result.stderr).toContain(result.exitCode);
    const record = lastRecord(workspace);
    expect(record.environment.threads).toBe(3);
    expect(record.series.find(({ kind }) => kind === 'step')?.offered).toBe(60);
    if (record.environment.cpus < 4) expect(result.stderr).toMatch(/warning: 3 load threads on \d+ cores?/);
    const one = await workspace.run(['run', listener.url, ...load]);
    expect([0, 3], one.stderr).toContain(one.exitCode);
    expect(lastRecord(workspace).environment.threads).toBe(1);
    expect(one.stderr).not.toContain('load threads');
  });

  it.each(['0', '-1', '1.5', 'many', '257'])('refuses %s', async (threads) => {
    const result = await workspace.run(['run', listener.url, '--threads', threads]);
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toContain(threads);
  });

  it('that die make the run invalid with the reason, and the others finish their work', async () => {
    await workspace.file('doom.mjs', 'export const die = () => process.exit(7);\n');
    const steps = (written: object): object => ({ steps: [written] });
    const path = await workspace.file(
      'doomed.yml',
      `${[
        'name: doomed',
        `target: { http: "${listener.url}" }`,
        'hooks: doom.mjs',
        `flows: ${JSON.stringify({ work: steps({ http: 'GET /', name: 'work' }), doom: steps({ call: 'die', name: 'die' }) })}`,
        'load:',
        '  - { flow: work, arrivals: [{ rate: 40/s, for: 3s }] }',
        '  - { flow: doom, delay: 1s, maxInFlight: 1, arrivals: [{ rate: 1/s, for: 1s }] }',
        'slo: ["p50(work) < 30s"]',
      ].join('\n')}\n`,
    );
    const result = await workspace.run(['run', path, '--threads', '2']);
    expect(result.exitCode, result.stderr).toBe(3);
    const { verdict, series, load } = lastRecord(workspace);
    expect(verdict.status).toBe('invalid');
    expect(verdict.reasons.join('\n')).toMatch(/a load thread died: thread 0: /);
    expect(result.stdout).toContain('a load thread died');
    // Thread 1 offered its half of three seconds to the end; thread 0 at least what it had told before.
    expect(load.elapsedMicros).toBe(3 * second);
    const work = series.find(({ name }) => name === 'work');
    expect(work?.offered).toBeGreaterThanOrEqual(60);
    expect(work?.offered).toBeLessThan(120);
  });
});
