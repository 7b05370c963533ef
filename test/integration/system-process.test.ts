// Real child processes: started with a declared environment, awaited, watched, and gone with all that they started.

import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MettleError } from '../../src/kernel/errors.ts';
import { identify } from '../../src/kernel/process-table.ts';
import { openSystem } from '../../src/system/open-system.ts';
import type { OpenOptions } from '../../src/system/open-system.ts';
import { httpProbe } from '../../src/system/ready.ts';
import { startChild } from '../../src/system/process.ts';
import type { StartedVariant, System } from '../../src/system/system.ts';
import { openTargetLog } from '../../src/system/target-log.ts';
import type { ProcessVariant, TargetSpec } from '../../src/system/target-spec.ts';
import { fixtureFolder, fixtureTarget, memoryTracker, testPorts } from '../support/system-ports.ts';
import type { TestPorts } from '../support/system-ports.ts';

let folder: string;
let log: string;
let opened: System[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'test-system-'));
  log = join(folder, 'target.log');
});
afterEach(async () => {
  for (const system of opened) await system.stop();
  opened = [];
  rmSync(folder, { recursive: true, force: true });
});

async function open(target: TargetSpec, ports: TestPorts, options: OpenOptions = {}): Promise<System> {
  const system = await openSystem(target, ports, options);
  opened.push(system);
  return system;
}

const only = (start: string, env: Record<string, string> = {}): { only: ProcessVariant } => ({
  only: { kind: 'process', start, env },
});

async function failureOf(promise: Promise<unknown>): Promise<MettleError> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(outcome instanceof MettleError))
    throw new Error(`a MettleError was expected, not ${String(outcome)}`);
  return outcome;
}

const getJson = async (url: string, method = 'GET'): Promise<unknown> =>
  (await fetch(url, { method })).json();

describe('a started variant', () => {
  it('is given a declared environment and nothing else', async () => {
    const own = { PATH: process.env.PATH, HOME: '/home/someone', TOKEN: 'declared', OTHER: 'not declared' };
    const ports = testPorts([], { CACHE: 'off' });
    const target = fixtureTarget({
      variants: only('node server.mjs', { NAME: 'a b', NODE_ENV: 'test' }),
      secrets: ['TOKEN', 'NOT_SET'],
    });
    const variant = await (await open(target, ports, { own })).start('only', log);
    const seen = (await getJson(`${variant.http}/env`)) as Record<string, string>;
    const { PORT, METTLE_CHILD, ...rest } = seen;
    expect(rest).toEqual({
      ...{ PATH: process.env.PATH, HOME: '/home/someone', TOKEN: 'declared' },
      ...{ NAME: 'a b', NODE_ENV: 'test', CACHE: 'off' },
    });
    expect(variant.http).toBe(`http://127.0.0.1:${PORT}`);
    expect(METTLE_CHILD?.startsWith(`${ports.tracker.childToken}.`)).toBe(true);
    expect(readFileSync(log, 'utf8')).toContain('listening, variant a b');
  });

  it('is journalled before it exists, with what the journal needs to end it', async () => {
    const ports = testPorts();
    const variant = await (await open(fixtureTarget(), ports)).start('only', log);
    const [entry] = ports.tracker.all;
    const seen = (await getJson(`${variant.http}/env`)) as Record<string, string>;
    expect(entry?.intent).toMatchObject({
      kind: 'process',
      data: { token: seen.METTLE_CHILD, signals: ['SIGTERM'] },
    });
    const { pid, startTime, processGroup } = entry?.snapshot as {
      pid: number;
      startTime: string;
      processGroup: number;
    };
    expect(identify(pid)).toEqual({ pid, startTime });
    expect(processGroup).toBe(pid);
    await variant.stop();
    expect(ports.tracker.open()).toEqual([]);
    expect(identify(pid)).toBeUndefined();
  });

  it('takes its grandchildren along when it is stopped, those in groups of their own too', async () => {
    const ports = testPorts();
    const variant = await (await open(fixtureTarget(), ports)).start('only', log);
    const pids = (await getJson(`${variant.http}/grandchildren`, 'POST')) as number[];
    expect(pids).toHaveLength(2);
    for (const pid of pids) expect(identify(pid)).toBeDefined();
    await variant.stop();
    for (const pid of pids) expect(identify(pid)).toBeUndefined();
    expect(ports.tracker.open()).toEqual([]);
  });

  it('says in one sentence when it ends unasked, and nothing when it is stopped', async () => {
    const system = await open(fixtureTarget(), testPorts());
    const first = await system.start('only', log);
    await fetch(`${first.http}/end`, { method: 'POST' });
    expect(await first.died).toBe(
      'fixture (only) ended with exit code 7; it last printed: listening, variant only',
    );
    await first.stop();
    const second = await system.start('only', log);
    await second.stop();
    expect(await Promise.race([second.died, wait(200, 'silent')])).toBe('silent');
  });

  it.runIf(process.platform === 'linux')('has its CPU and memory observed about once a second', async () => {
    const system = await open(
      fixtureTarget({ observe: { process: true, docker: false, prometheus: null } }),
      testPorts(),
    );
    const variant = await system.start('only', log);
    const until = Date.now() + 10_000;
    while (variant.samples().length < 2 && Date.now() < until) await wait(100);
    const [first, second] = variant.samples();
    expect(first?.name).toBe('target');
    expect(first?.memoryBytes).toBeGreaterThan(10_000_000);
    expect(second?.cpuShare).toBeGreaterThanOrEqual(0);
    const apartMicros = (second?.atMicros ?? 0) - (first?.atMicros ?? 0);
    expect(apartMicros).toBeGreaterThan(500_000);
    await variant.stop();
    const count = variant.samples().length;
    await wait(1_200);
    expect(variant.samples()).toHaveLength(count);
  });
});

describe('the ready check', () => {
  it('leaves no connection open behind it', async () => {
    const server = createServer((_request, response) => response.end('ready'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    expect(await httpProbe(`http://127.0.0.1:${port}/`)()).toBeUndefined();
    await wait(50);
    const connections = await new Promise((resolve) =>
      server.getConnections((_error, count) => resolve(count)),
    );
    await new Promise((resolve) => server.close(resolve));
    expect(connections).toBe(0);
  });
});

describe('a variant that cannot be started', () => {
  it('because it ends at once is one message with what it printed', async () => {
    const ports = testPorts();
    const system = await open(fixtureTarget({ variants: only('node exits.mjs') }), ports);
    const failure = await failureOf(system.start('only', log));
    expect(failure).toMatchObject({ code: 'TARGET_ENDED', exitCode: 2 });
    expect(failure.message).toBe(
      'fixture (only) ended with exit code 3 before it was ready; its last lines:\n' +
        '  reading the configuration\n  no configuration found',
    );
    expect(ports.tracker.open()).toEqual([]);
  });

  it('because it is never ready names the last answer', async () => {
    const ports = testPorts();
    const ready = { path: '/ready', withinMicros: 4_000_000 };
    const system = await open(fixtureTarget({ variants: only('node never-ready.mjs'), ready }), ports);
    const failure = await failureOf(system.start('only', log));
    expect(failure).toMatchObject({ code: 'NOT_READY', exitCode: 2 });
    expect(failure.message).toMatch(
      /was not ready within 4s: GET http:.*\/ready: status 503.*\n {2}warming up$/s,
    );
    expect(ports.tracker.open()).toEqual([]);
  });

  it('because its program does not exist says so', async () => {
    const ports = testPorts();
    const system = await open(fixtureTarget({ variants: only('no-such-program --at all') }), ports);
    const failure = await failureOf(system.start('only', log));
    expect(failure).toMatchObject({ code: 'START_FAILED', exitCode: 2 });
    expect(failure.message).toContain('no-such-program');
    expect(ports.tracker.open()).toEqual([]);
  });

  it('because its port is taken names the port before anything is started', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const ports = testPorts();
    const system = await open(fixtureTarget({ http: `http://127.0.0.1:${port}` }), ports);
    const failure = await failureOf(system.start('only', log));
    await new Promise((resolve) => taken.close(resolve));
    expect(failure).toMatchObject({ code: 'PORT_IN_USE', exitCode: 2 });
    expect(failure.message).toContain(`port ${port}`);
    expect(ports.tracker.all).toEqual([]);
    // The same fixed port, free now, is the one that it gets.
    expect((await system.start('only', log)).http).toBe(`http://127.0.0.1:${port}`);
  });

  it('because the system is stopped meanwhile leaves nothing', async () => {
    const ports = testPorts();
    const system = await open(fixtureTarget({ variants: only('node never-ready.mjs') }), ports);
    const starting = failureOf(system.start('only', log));
    while (ports.tracker.all[0]?.snapshot == null) await wait(10);
    expect(await system.stop()).toEqual([]);
    expect((await starting).code).toBe('TARGET_ENDED');
    expect(ports.tracker.open()).toEqual([]);
  });

  it('because its log cannot be written is an error of the record', async () => {
    const system = await open(fixtureTarget(), testPorts());
    const failure = await failureOf(system.start('only', '/dev/null/target.log'));
    expect(failure).toMatchObject({ code: 'LOG_NOT_WRITABLE', exitCode: 3 });
  });

  it('because there is none of that name lists those there are', async () => {
    const system = await open(fixtureTarget(), testPorts());
    const failure = await failureOf(system.start('other', log));
    expect(failure).toMatchObject({ code: 'UNKNOWN_VARIANT', hint: 'its variants are only', exitCode: 2 });
  });
});

describe('clients and dependencies', () => {
  const clients = { extension: { start: 'node client.mjs', env: 'TARGET_URL', ready: null } };
  const textOf = async (variant: StartedVariant): Promise<string> =>
    (await fetch(`${variant.clients.extension}/ready`)).text();

  it('reach the target through the proxy that faults are put on, which follows every fresh start', async () => {
    const ports = testPorts(['clients']);
    const system = await open(fixtureTarget({ clients }), ports);
    const first = await system.start('only', log);
    const link = ports.links.opened.get('clients');
    const proxied = `http://127.0.0.1:${link?.listen.port}`;
    expect(first.http).toBe(proxied);
    expect(await textOf(first)).toBe('{"ready":true}');
    const given = (await getJson(`${first.clients.extension}/env`)) as Record<string, string>;
    expect(given).toMatchObject({ TARGET_URL: proxied, NAME: 'only' });
    const firstUpstream = link?.upstream.port;
    await first.stop();

    const second = await system.start('only', log);
    expect(second.http).toBe(proxied);
    expect(link?.upstream.port).not.toBe(firstUpstream);
    const before = ports.links.connections.get('clients') ?? 0;
    expect(await textOf(second)).toBe('{"ready":true}');
    expect(ports.links.connections.get('clients')).toBeGreaterThan(before);
    expect(await system.stop()).toEqual([]);
    expect(ports.links.opened.size).toBe(0);
    expect(ports.tracker.open()).toEqual([]);
  });

  it('a dependency starts once, is reached by its proxied address, and is missed when it has ended', async () => {
    const ports = testPorts(['llm']);
    const dependencies = {
      llm: {
        kind: 'process' as const,
        start: 'node server.mjs',
        env: 'LLM_URL',
        ready: { path: '/ready', withinMicros: 20_000_000 },
      },
    };
    const system = await open(fixtureTarget({ dependencies }), ports);
    const variant = await system.start('only', log);
    const { LLM_URL } = (await getJson(`${variant.http}/env`)) as Record<string, string>;
    expect(LLM_URL).toBe(`http://127.0.0.1:${ports.links.opened.get('llm')?.listen.port}`);
    await fetch(`${LLM_URL}/end`, { method: 'POST' });
    expect(await variant.died).toContain('llm ended with exit code 7');
    await variant.stop();
    expect(await failureOf(system.start('only', log))).toMatchObject({
      code: 'DEPENDENCY_ENDED',
      exitCode: 2,
    });
    expect(await system.stop()).toEqual([]);
    expect(ports.tracker.open()).toEqual([]);
  });

  it('a dependency that cannot be started fails the whole, and leaves nothing', async () => {
    const ports = testPorts();
    const dependencies = {
      llm: { kind: 'process' as const, start: 'node exits.mjs', env: 'LLM_URL', ready: null },
    };
    const failure = await failureOf(openSystem(fixtureTarget({ dependencies }), ports));
    expect(failure).toMatchObject({ code: 'TARGET_ENDED', exitCode: 2 });
    expect(failure.message).toContain('llm ended with exit code 3');
    expect(ports.tracker.all.length).toBeGreaterThan(1);
    expect(ports.tracker.open()).toEqual([]);
  });

  it('what Mettle gives cannot be overridden', async () => {
    const failure = await failureOf(
      openSystem(fixtureTarget({ clients }), testPorts([], { TARGET_URL: 'http://elsewhere' })),
    );
    expect(failure).toMatchObject({ code: 'ENV_GIVEN', exitCode: 2 });
  });
});

describe('a variant that runs already', () => {
  it('is used by its URL, through the proxy when a fault is put on its clients; nothing is started', async () => {
    const server = createServer((_request, response) => response.end('here'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const url = { kind: 'url' as const, ws: null, environment: null, limits: null };
    const target = fixtureTarget({
      variants: {
        running: { ...url, http: `http://127.0.0.1:${port}/` },
        tls: { ...url, http: 'https://127.0.0.1:1' },
      },
      dependencies: { llm: { kind: 'process', start: 'node exits.mjs', env: 'LLM_URL', ready: null } },
    });
    const ports = testPorts(['clients']);
    const system = await open(target, ports);
    const variant = await system.start('running', log);
    expect(variant.http).toBe(`http://127.0.0.1:${ports.links.opened.get('clients')?.listen.port}`);
    expect(await (await fetch(variant.http ?? '')).text()).toBe('here');
    expect(await failureOf(system.start('tls', log))).toMatchObject({ code: 'LINK_IMPOSSIBLE', exitCode: 2 });
    expect(ports.tracker.all).toEqual([]);
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  });
});

describe('the log of a target', () => {
  it('keeps its first and its newest lines when it grows beyond its bound', async () => {
    const opened = openTargetLog(log, 20_000);
    const script = `
      console.log('the first line');
      setInterval(() => console.log('x'.repeat(500)), 5);
    `;
    const request = { name: 'chatty', program: 'node', args: ['-e', script], folder: fixtureFolder, env: {} };
    const child = await startChild({ ...request, log: opened }, memoryTracker());
    const until = Date.now() + 20_000;
    while (!readFileSync(log, 'utf8').includes('was cut here') && Date.now() < until) await wait(50);
    await child.stop();
    opened.close();
    const text = readFileSync(log, 'utf8');
    expect(text.startsWith('the first line\n')).toBe(true);
    expect(text).toContain('[mettle] output beyond 20000 bytes was cut here');
    expect(statSync(log).size).toBeLessThan(400_000);
    expect(text).not.toContain('\0');
  });
});
