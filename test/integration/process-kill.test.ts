// Ending a started process on purpose: all of it, only its children, or to start it again; in its own place each time.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Injection, InjectionResult } from '../../src/faults/fault.ts';
import { injectOnProcess } from '../../src/faults/inject-process.ts';
import type { ProcessFaultSpec } from '../../src/faults/registry.ts';
import { identify } from '../../src/kernel/process-table.ts';
import { findTree } from '../../src/kernel/process-tree.ts';
import { openSystem } from '../../src/system/open-system.ts';
import type { StartedVariant, System } from '../../src/system/system.ts';
import type { TargetSpec } from '../../src/system/target-spec.ts';
import { memoryTracker as faultTracker } from '../support/memory-tracker.ts';
import { fixtureTarget, testPorts } from '../support/system-ports.ts';
import type { TestPorts } from '../support/system-ports.ts';

let folder: string;
let log: string;
let ports: TestPorts;
let opened: System[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'test-kill-'));
  log = join(folder, 'target.log');
  ports = testPorts();
});
afterEach(async () => {
  for (const system of opened) await system.stop();
  opened = [];
  rmSync(folder, { recursive: true, force: true });
});

async function start(overrides: Partial<TargetSpec> = {}): Promise<StartedVariant> {
  const system = await openSystem(fixtureTarget(overrides), ports);
  opened.push(system);
  return await system.start('only', log);
}

const fixtureCli = (name: string, env: Record<string, string>): Partial<TargetSpec> => {
  const path = fileURLToPath(new URL(`../support/fixture-cli/${name}`, import.meta.url));
  return { variants: { only: { kind: 'process', start: `node "${path}"`, env } } };
};

const killOf = (rest: object = {}): ProcessFaultSpec => ({
  ...{ kind: 'kill', signal: 'SIGKILL', processes: 'all' },
  ...rest,
});

async function inject(
  variant: StartedVariant,
  spec: ProcessFaultSpec,
  options: { forMs?: number; on?: string; stopping?: AbortSignal } = {},
): Promise<Injection> {
  const { forMs = 300, on = 'target', stopping = new AbortController().signal } = options;
  const standing = variant.processes[on];
  if (standing === undefined) throw new Error(`no process ${on}`);
  const process = { name: on, standing };
  const forMicros = forMs * 1_000;
  const tracker = faultTracker();
  const injection = await injectOnProcess({ id: 'gone', spec, process, forMicros, tracker, stopping });
  expect(tracker.outstanding()).toMatchObject([{ kind: 'ended-process' }]);
  return injection;
}

async function play(variant: StartedVariant, spec: ProcessFaultSpec, forMs = 300): Promise<InjectionResult> {
  const injection = await inject(variant, spec, { forMs });
  await wait(forMs);
  return await injection.clear();
}

const answer = async (variant: StartedVariant, path = '/ready'): Promise<string> =>
  await fetch(`${variant.http}${path}`).then(
    (response) => response.text(),
    () => 'none',
  );

const rootOf = (variant: StartedVariant): number => variant.processes.target?.tree.identity?.pid ?? NaN;
const checks = ({ fidelity }: InjectionResult) =>
  Object.fromEntries(fidelity.map(({ name, status }) => [name, status]));
const happened = ({ fidelity }: InjectionResult, name: string): string =>
  fidelity.find((check) => check.name === name)?.happened ?? 'not judged';

describe('a target that is killed', () => {
  it('is gone at once with all it has started, stays down, and is started again as it was', async () => {
    const variant = await start();
    const before = JSON.parse(await answer(variant, '/env')) as Record<string, string>;
    const grandchildren = JSON.parse(
      await (await fetch(`${variant.http}/grandchildren`, { method: 'POST' })).text(),
    ) as number[];
    const old = variant.processes.target?.tree;
    const injection = await inject(variant, killOf());
    expect(old && findTree(old)).toEqual([]);
    for (const pid of grandchildren) expect(identify(pid)).toBeUndefined();
    expect(await answer(variant)).toBe('none');
    await wait(300);
    const result = await injection.clear();
    expect(result).toMatchObject({ status: 'undone', note: null });
    expect(checks(result)).toEqual({
      ...{ down: 'within', 'started again': 'within', effect: 'within', duration: 'within' },
    });
    expect(happened(result, 'started again')).toMatch(/^ready .+ later$/);
    // The same port and environment; another process, found by another token.
    const after = JSON.parse(await answer(variant, '/env')) as Record<string, string>;
    const { METTLE_CHILD: newToken, ...rest } = after;
    const { METTLE_CHILD: oldToken, ...was } = before;
    expect(rest).toEqual(was);
    expect(newToken).not.toBe(oldToken);
    expect(variant.processes.target?.tree.token).toBe(newToken);
    expect(readFileSync(log, 'utf8').match(/listening/g)).toHaveLength(2);
  });

  it('is journalled anew before it exists, and what was is forgotten', async () => {
    const variant = await start();
    const first = rootOf(variant);
    await play(variant, killOf());
    const pids = ports.tracker.all.map(({ snapshot }) => (snapshot as { pid: number }).pid);
    expect(pids).toEqual([first, rootOf(variant)]);
    expect(ports.tracker.open()).toHaveLength(1);
    await variant.stop();
    expect(ports.tracker.open()).toEqual([]);
    expect(identify(pids[1] ?? 0)).toBeUndefined();
  });

  it('has not died, as far as the run is concerned; but it has when it ends unasked afterwards', async () => {
    const variant = await start();
    await play(variant, killOf());
    expect(await Promise.race([variant.died, wait(100, 'silent')])).toBe('silent');
    await fetch(`${variant.http}/end`, { method: 'POST' });
    expect(await variant.died).toMatch(/^fixture \(only\) ended with exit code 7/);
  });

  it('may be killed again and again', async () => {
    const variant = await start();
    for (let turn = 0; turn < 3; turn += 1) expect((await play(variant, killOf(), 50)).status).toBe('undone');
    expect(await answer(variant)).toContain('true');
    expect(ports.tracker.open()).toHaveLength(1);
  });

  it('that cannot be started again is said to be down, and nothing of it is left', async () => {
    const flag = join(folder, 'once');
    const code = `const fs = require('fs'); if (fs.existsSync(process.env.FLAG)) process.exit(3); fs.writeFileSync(process.env.FLAG, ''); require('http').createServer((_, r) => r.end()).listen(process.env.PORT, '127.0.0.1')`;
    const variant = await start({
      variants: { only: { kind: 'process', start: `node -e "${code}"`, env: { FLAG: flag } } },
      ready: null,
    });
    const result = await play(variant, killOf());
    expect(result).toMatchObject({ status: 'undo failed', clearedAtMicros: null });
    expect(result.note).toMatch(/^target is down, and could not be started again: .*exit code 3/);
    await variant.stop();
    expect(ports.tracker.open()).toEqual([]);
  });

  it('is not started again when the run is being stopped', async () => {
    const variant = await start();
    const stopping = new AbortController();
    const injection = await inject(variant, killOf(), { stopping: stopping.signal });
    stopping.abort();
    const result = await injection.clear();
    expect(result).toMatchObject({ status: 'undone', note: null });
    expect(checks(result)['started again']).toBe('unmeasured');
    expect(ports.tracker.all).toHaveLength(1);
    await variant.stop();
    expect(ports.tracker.open()).toEqual([]);
  });

  it('is stopped also while it is being started again', async () => {
    const variant = await start(fixtureCli('service.mjs', { READY_AFTER_MS: '1500' }));
    const injection = await inject(variant, killOf());
    const clearing = injection.clear();
    while (ports.tracker.all.length < 2) await wait(10);
    await variant.stop();
    expect(await clearing).toMatchObject({ status: 'undo failed' });
    expect(ports.tracker.open()).toEqual([]);
  });

  it('cannot be killed when it is down already', async () => {
    const variant = await start();
    await fetch(`${variant.http}/end`, { method: 'POST' });
    await variant.died;
    await expect(inject(variant, killOf())).rejects.toThrow('target is not running');
  });
});

describe('a target that is asked to end', () => {
  const ask = killOf({ signal: 'SIGTERM' });

  it('is down as soon as it has ended, and how long that took is said', async () => {
    const variant = await start();
    const result = await play(variant, ask, 800);
    expect(checks(result)).toEqual({
      ...{ ended: 'within', 'started again': 'within', effect: 'within', duration: 'within' },
    });
    expect(await answer(variant)).toContain('true');
  });

  it('and does not listen is not forced before the fault is cleared, which is outside', async () => {
    const deaf = `process.on('SIGTERM', () => {}); require('http').createServer((_, r) => r.end('deaf')).listen(process.env.PORT, '127.0.0.1')`;
    const variant = await start({
      variants: { only: { kind: 'process', start: `node -e "${deaf}"`, env: {} } },
      ready: null,
    });
    const first = rootOf(variant);
    const injection = await inject(variant, ask);
    await wait(300);
    expect(await answer(variant)).toBe('deaf');
    const result = await injection.clear();
    expect(result.status).toBe('undone');
    expect(checks(result).ended).toBe('outside');
    expect(happened(result, 'ended')).toMatch(/^1 of its processes still ran after /);
    expect(identify(first)).toBeUndefined();
    expect(await answer(variant)).toBe('deaf');
  }, 30_000);
});

describe('a supervisor whose children are killed', () => {
  const children = killOf({ processes: 'children' });
  const workersOf = (variant: StartedVariant): number[] =>
    findTree(variant.processes.target!.tree)
      .map(({ pid }) => pid)
      .filter((pid) => pid !== rootOf(variant));

  it('starts them again itself, and how long that took is said', async () => {
    const variant = await start(fixtureCli('supervisor.mjs', {}));
    const root = rootOf(variant);
    const before = workersOf(variant);
    expect(before).toHaveLength(2);
    const injection = await inject(variant, children, { forMs: 4_000 });
    for (const pid of before) expect(identify(pid)).toBeUndefined();
    await wait(4_000);
    const result = await injection.clear();
    expect(checks(result)).toEqual({
      ...{ 'started again by itself': 'within', effect: 'within', duration: 'within' },
    });
    expect(happened(result, 'started again by itself')).toMatch(/^after /);
    expect(rootOf(variant)).toBe(root);
    expect(workersOf(variant)).toHaveLength(2);
    expect(ports.tracker.all).toHaveLength(1);
  }, 30_000);

  it('and who does not is outside, and is started again by Mettle', async () => {
    const variant = await start(fixtureCli('supervisor.mjs', { RESTARTS: 'no' }));
    const root = rootOf(variant);
    const result = await play(variant, children, 600);
    expect(checks(result)).toMatchObject({
      ...{ 'started again by itself': 'outside', 'started again by Mettle': 'within' },
    });
    expect(result).toMatchObject({ status: 'undone', note: null });
    expect(rootOf(variant)).not.toBe(root);
    expect(workersOf(variant)).toHaveLength(2);
    expect(await answer(variant)).not.toBe('none');
  }, 30_000);

  it('must have some', async () => {
    const variant = await start();
    await expect(inject(variant, children)).rejects.toThrow('target has started no process of its own');
    expect(await answer(variant)).toContain('true');
  });
});

describe('a target that is restarted', () => {
  const restart = (graceMs: number): ProcessFaultSpec => ({ kind: 'restart', graceMs });

  it('ends, is started again at once, and is back before the fault is over', async () => {
    const variant = await start();
    const first = rootOf(variant);
    const result = await play(variant, restart(5_000), 4_000);
    expect(checks(result)).toEqual({
      ...{ ended: 'within', 'ready again': 'within', effect: 'within', duration: 'within' },
    });
    expect(happened(result, 'ended')).not.toContain('force');
    expect(rootOf(variant)).not.toBe(first);
    expect(identify(first)).toBeUndefined();
    expect(await answer(variant)).toContain('true');
    expect(await Promise.race([variant.died, wait(100, 'silent')])).toBe('silent');
  }, 30_000);

  it('is forced when it does not listen', async () => {
    const deaf = `process.on('SIGTERM', () => {}); require('http').createServer((_, r) => r.end()).listen(process.env.PORT, '127.0.0.1')`;
    const variant = await start({
      variants: { only: { kind: 'process', start: `node -e "${deaf}"`, env: {} } },
      ready: null,
    });
    const result = await play(variant, restart(300), 4_000);
    expect(checks(result)).toMatchObject({ ended: 'within', 'ready again': 'within' });
    expect(happened(result, 'ended')).toMatch(/^after .+, by force$/);
  }, 30_000);

  it('that is not back when the fault is over is waited for, and is outside', async () => {
    const variant = await start(fixtureCli('service.mjs', { READY_AFTER_MS: '1500' }));
    const result = await play(variant, restart(5_000), 200);
    expect(result.status).toBe('undone');
    expect(checks(result)).toMatchObject({ 'ready again': 'outside', duration: 'within' });
    expect(await answer(variant)).toBe('answer');
  }, 30_000);
});

describe.runIf(process.platform === 'linux')('what is observed of a target that was killed', () => {
  it('has a gap, and goes on with the process that came after', async () => {
    const variant = await start({ observe: { process: true, docker: false, prometheus: null } });
    const injection = await inject(variant, killOf(), { forMs: 2_500 });
    await wait(2_500);
    await injection.clear();
    const backAt = variant.samples().length;
    const until = Date.now() + 10_000;
    while (variant.samples().length < backAt + 2 && Date.now() < until) await wait(100);
    const times = variant.samples().map(({ atMicros }) => atMicros);
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? at));
    expect(variant.samples().length).toBeGreaterThanOrEqual(backAt + 2);
    expect(variant.samples().at(-1)?.memoryBytes).toBeGreaterThan(10_000_000);
    if (backAt > 0) expect(Math.max(...gaps)).toBeGreaterThan(1_800_000);
  }, 30_000);
});

describe('a dependency', () => {
  it('is killed and started again in its place, behind the address that the target knows', async () => {
    const start$ = 'node server.mjs';
    const variant = await start({
      dependencies: {
        llm: {
          kind: 'process',
          start: start$,
          env: 'LLM_URL',
          ready: { path: '/ready', withinMicros: 20_000_000 },
        },
      },
    });
    const { LLM_URL: url } = JSON.parse(await answer(variant, '/env')) as { LLM_URL: string };
    const injection = await inject(variant, killOf(), { on: 'llm' });
    await expect(fetch(`${url}/ready`)).rejects.toThrow();
    await wait(300);
    expect((await injection.clear()).status).toBe('undone');
    expect((await fetch(`${url}/ready`)).status).toBe(200);
  }, 30_000);
});
