import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { connectToxiproxy } from '../../src/faults/clients/toxiproxy.ts';
import { openJournal } from '../../src/faults/journal.ts';
import { findLeftovers, listJournals, rollback } from '../../src/faults/leftovers.ts';
import { startWatchdog } from '../../src/faults/watchdog.ts';
import { identify, isAlive } from '../../src/kernel/process-table.ts';
import { startProxyThread } from '../../src/proxy/start-thread.ts';

const script = fileURLToPath(new URL('../support/doomed-mettle.mjs', import.meta.url));
const started = z.object({
  journal: z.string(),
  directory: z.string(),
  childPid: z.number(),
  grandchildPid: z.number(),
  watchdogPid: z.number(),
  proxyName: z.string(),
});
type Started = z.infer<typeof started>;

let stateFolder: string;
let server: Awaited<ReturnType<typeof startProxyThread>>;

beforeEach(async () => {
  stateFolder = await mkdtemp(join(tmpdir(), 'mettle-state-'));
  // Stands for a Toxiproxy server that outlives Mettle.
  server = await startProxyThread({ host: '127.0.0.1', port: 0, seed: 1 });
});

afterEach(async () => {
  await server.close();
  await rm(stateFolder, { recursive: true, force: true });
});

async function startDoomed(): Promise<{ mettle: ChildProcess; what: Started }> {
  const mettle = spawn(process.execPath, [script, stateFolder, server.apiUrl], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const text = await new Promise<string>((resolve, reject) => {
    mettle.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString()));
    mettle.once('exit', (code) => reject(new Error(`the script ended with ${String(code)}`)));
  });
  const what = started.parse(JSON.parse(text));
  expect(identify(what.childPid)).toBeDefined();
  expect(identify(what.grandchildPid)).toBeDefined();
  expect(existsSync(what.directory)).toBe(true);
  const proxy = await connectToxiproxy(server.apiUrl).proxy(what.proxyName);
  expect(proxy?.enabled).toBe(false);
  return { mettle, what };
}

async function left(what: Started): Promise<string[]> {
  const names: string[] = [];
  if (identify(what.childPid) !== undefined) names.push('child');
  if (identify(what.grandchildPid) !== undefined) names.push('grandchild');
  if (existsSync(what.directory)) names.push('directory');
  if (existsSync(what.journal)) names.push('journal');
  if ((await connectToxiproxy(server.apiUrl).proxy(what.proxyName)) !== undefined) names.push('proxy');
  return names;
}

async function leftAfter(what: Started, withinMs: number): Promise<string[]> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const names = await left(what);
    if (names.length === 0 || Date.now() > deadline) return names;
    await wait(50);
  }
}

async function untilGone(pid: number, withinMs = 6_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (identify(pid) !== undefined && Date.now() < deadline) await wait(20);
  expect(identify(pid)).toBeUndefined();
}

describe('after kill -9 of Mettle', () => {
  it('nothing is left within 5 s when only its process is killed', async () => {
    const { mettle, what } = await startDoomed();
    mettle.kill('SIGKILL');
    expect(await leftAfter(what, 5_000)).toEqual([]);
    await untilGone(what.watchdogPid);
  });

  it('nothing is left within 5 s when its whole process group is killed', async () => {
    const { mettle, what } = await startDoomed();
    process.kill(-(mettle.pid ?? 0), 'SIGKILL');
    expect(await leftAfter(what, 5_000)).toEqual([]);
  });

  it('nothing is left when the watchdog was told to stop first, as a terminal or a service manager would', async () => {
    const { mettle, what } = await startDoomed();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const)
      process.kill(what.watchdogPid, signal);
    await wait(200);
    expect(identify(what.watchdogPid)).toBeDefined();
    mettle.kill('SIGKILL');
    expect(await leftAfter(what, 5_000)).toEqual([]);
  });

  it('what is left when the watchdog dies too is named, and rollback clears it', async () => {
    const { mettle, what } = await startDoomed();
    process.kill(what.watchdogPid, 'SIGSTOP'); // so that it does not win the race
    mettle.kill('SIGKILL');
    await untilGone(mettle.pid ?? 0);
    const [undoing] = await listJournals(stateFolder);
    expect(undoing?.state).toBe('being undone'); // for all that can be seen, a watchdog has it
    process.kill(what.watchdogPid, 'SIGKILL');
    await untilGone(what.watchdogPid);
    expect(await left(what)).toEqual(['child', 'grandchild', 'directory', 'journal', 'proxy']);

    const [found] = await findLeftovers(stateFolder);
    expect(found).toMatchObject({ state: 'left behind', command: 'doomed', pid: mettle.pid });
    expect(found?.outstanding.map(({ kind }) => kind)).toEqual([
      'directory',
      'process',
      'proxy',
      'toxic',
      'link-enabled',
    ]);

    const report = await rollback(stateFolder);
    expect(report.failed).toEqual([]);
    expect(report.undone).toHaveLength(5);
    expect(await left(what)).toEqual([]);
    expect(await readdir(stateFolder)).toEqual([]);
  });

  it('a server that hangs does not hold up processes and folders, and what may be on it stays known', async () => {
    const { mettle, what } = await startDoomed();
    await server.close();
    const silent = createServer().listen(Number(new URL(server.apiUrl).port), '127.0.0.1');
    await once(silent, 'listening');
    mettle.kill('SIGKILL');
    const deadline = Date.now() + 5_000;
    while (existsSync(what.directory) && Date.now() < deadline) await wait(50);
    expect(existsSync(what.directory)).toBe(false);
    expect(identify(what.childPid)).toBeUndefined();
    expect(identify(what.grandchildPid)).toBeUndefined();
    await untilGone(what.watchdogPid, 20_000);
    silent.close();
    // A real server that cannot be asked may still hold the toxic: that stays known, until it can be asked again.
    const [found] = await findLeftovers(stateFolder);
    expect(found?.outstanding.map(({ kind }) => kind)).toEqual(['proxy', 'toxic', 'link-enabled']);
    expect(found?.outstanding[0]?.note).toContain('did not answer');
    server = await startProxyThread({
      host: '127.0.0.1',
      port: Number(new URL(server.apiUrl).port),
      seed: 1,
    });
    expect((await rollback(stateFolder)).failed).toEqual([]);
    expect(await findLeftovers(stateFolder)).toEqual([]);
  });
});

describe('after an orderly end', () => {
  it('the watchdog leaves without touching anything, and the journal is gone', async () => {
    const journal = await openJournal({ command: 'orderly', stateFolder });
    const watchdog = await startWatchdog(journal.path);
    const identity = identify(watchdog.pid)!;
    const [state] = await listJournals(stateFolder);
    expect(state?.state).toBe('active');
    expect(await journal.undoAll()).toEqual({ undone: [], failed: [] });
    await watchdog.close();
    expect(isAlive(identity)).toBe(false);
    expect(existsSync(journal.path)).toBe(true);
    await journal.close();
    expect(await readdir(stateFolder)).toEqual([]);
  });
});
