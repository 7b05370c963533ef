import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { identify, isAlive } from '../../src/kernel/process-table.ts';
import type { ProcessIdentity } from '../../src/kernel/process-table.ts';
import { findTree, stopTree } from '../../src/kernel/process-tree.ts';

const children: ChildProcess[] = [];
const idle = 'setInterval(() => {}, 1000);';
const deaf = `process.on('SIGTERM', () => {}); process.on('SIGINT', () => {});`;
const onLinux = process.platform === 'linux';

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** Runs `code`, waits for its line of pids; it must print one. */
async function start(
  code: string,
  token = '',
  detached = true,
): Promise<{ root: ProcessIdentity; pids: number[] }> {
  const env = { PATH: process.env.PATH, ...(token === '' ? {} : { METTLE_CHILD: token }) };
  const child = spawn(process.execPath, ['-e', code], {
    detached,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const line = await new Promise<string>((resolve) =>
    child.stdout.once('data', (text: Buffer) => resolve(text.toString())),
  );
  return { root: identify(child.pid ?? 0)!, pids: line.trim().split(' ').map(Number) };
}

/** Code that starts `code` in a process of its own. */
const nested = (code: string, options: string): string =>
  `const grandchild = require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(code)}], ${options});`;
const sayPids = `console.log(process.pid, grandchild.pid);`;
const sayOwn = `console.log(process.pid);`;
const ignored = `{ stdio: 'ignore' }`;
const ownSession = `{ stdio: 'ignore', detached: true }`;

const request = (root: ProcessIdentity, token: string | null = null) => ({
  ...{ identity: root, processGroup: root.pid, token, graceMs: 300 },
});

describe('an identity', () => {
  it('is this process, not its pid', () => {
    const self = identify(process.pid)!;
    expect(isAlive(self)).toBe(true);
    expect(isAlive({ ...self, startTime: 'another life' })).toBe(false);
    expect(identify(2 ** 22 + 1)).toBeUndefined();
  });
});

describe('stopping a tree', () => {
  it('ends root and group by the gentle signal, in far less than the grace', async () => {
    const { root, pids } = await start(nested(idle, ignored) + sayPids + idle);
    const begin = performance.now();
    expect(await stopTree({ ...request(root), graceMs: 20_000 })).toEqual({ remaining: [] });
    expect(performance.now() - begin).toBeLessThan(10_000);
    for (const pid of pids) expect(identify(pid)).toBeUndefined();
  });

  it('forces what does not listen, wherever in the group it is', async () => {
    const { root, pids } = await start(nested(deaf + idle, ignored) + deaf + sayPids + idle);
    expect(await stopTree({ ...request(root), signals: ['SIGINT', 'SIGTERM'] })).toEqual({ remaining: [] });
    for (const pid of pids) expect(identify(pid)).toBeUndefined();
  });

  it('finds a grandchild in a session of its own as a descendant', async () => {
    const { root, pids } = await start(nested(idle, ownSession) + sayPids + idle);
    expect(
      findTree(request(root))
        .map(({ pid }) => pid)
        .sort(),
    ).toEqual([...pids].sort());
    expect(await stopTree(request(root))).toEqual({ remaining: [] });
    for (const pid of pids) expect(identify(pid)).toBeUndefined();
  });

  it.runIf(onLinux)('finds an orphan in a session of its own by its token, and only by its own', async () => {
    const { root, pids } = await start(
      `${nested(idle, ownSession)} grandchild.unref(); ${sayPids}`,
      'tok12345.a',
    );
    const other = await start(sayOwn + idle, 'tok12345.b');
    for (let turn = 0; turn < 200 && isAlive(root); turn += 1) await wait(20);
    expect(isAlive(root)).toBe(false);
    expect(findTree(request(root)).length).toBe(0);
    expect(await stopTree(request(root, 'tok12345.a'))).toEqual({ remaining: [] });
    expect(identify(pids[1]!)).toBeUndefined();
    expect(isAlive(other.root)).toBe(true);
    expect(await stopTree({ ...request(root, 'tok12345'), identity: null })).toEqual({ remaining: [] });
    expect(isAlive(other.root)).toBe(false);
  });

  it('never touches a process whose pid was reused', async () => {
    const { root } = await start(sayOwn + idle);
    const reused = { ...root, startTime: 'another life' };
    expect(findTree(request(reused, 'nobody-has-this'))).toEqual([]);
    expect(await stopTree(request(reused))).toEqual({ remaining: [] });
    expect(isAlive(root)).toBe(true);
  });

  it('never signals a group that its root does not lead', async () => {
    const { root } = await start(sayOwn + idle, '', false); // in the group of this very test
    const group = { ...request(root), processGroup: process.pid };
    expect(await stopTree(group)).toEqual({ remaining: [] });
    expect(isAlive(root)).toBe(false); // and this test still runs
  });

  it('spares whoever asks, and its ancestors', async () => {
    const parent = identify(process.ppid)!;
    expect(findTree({ ...request(parent), processGroup: null }).some(({ pid }) => pid === process.pid)).toBe(
      false,
    );
    const { root } = await start(sayOwn + idle);
    expect(await stopTree(request(root))).toEqual({ remaining: [] });
  });
});
