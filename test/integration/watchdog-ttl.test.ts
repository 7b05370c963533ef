// A Mettle that hangs: its watchdog ends what has outlived its time, and the one that comes back finds it ended.

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { connectToxiproxy } from '../../src/faults/clients/toxiproxy.ts';
import { listJournals } from '../../src/faults/leftovers.ts';
import { identify, processTable } from '../../src/kernel/process-table.ts';
import { startProxyThread } from '../../src/proxy/start-thread.ts';

const script = fileURLToPath(new URL('../support/stalled-mettle.mjs', import.meta.url));
const started = z.object({
  journal: z.string(),
  childPid: z.number(),
  watchdogPid: z.number(),
  proxyName: z.string(),
});
type Started = z.infer<typeof started>;

let stateFolder: string;
let server: Awaited<ReturnType<typeof startProxyThread>>;
let stalled: ChildProcess | undefined;

beforeEach(async () => {
  stateFolder = await mkdtemp(join(tmpdir(), 'mettle-state-'));
  // Stands for a Toxiproxy server that knows nothing of Mettle's times to live.
  server = await startProxyThread({ host: '127.0.0.1', port: 0, seed: 1 });
});

afterEach(async () => {
  stalled?.kill('SIGKILL');
  await server.close();
  await rm(stateFolder, { recursive: true, force: true, maxRetries: 50, retryDelay: 200 });
});

const isHeld = (pid: number): boolean => processTable().some((row) => row.pid === pid && row.stopped);

/** What of the three faults is still in effect. */
async function inEffect({ childPid, proxyName }: Started): Promise<string[]> {
  const client = connectToxiproxy(server.apiUrl);
  const names: string[] = [];
  if (isHeld(childPid)) names.push('paused');
  if ((await client.toxic(proxyName, 'mettle_slow')) !== undefined) names.push('toxic');
  if ((await client.proxy(proxyName))?.enabled === false) names.push('down');
  return names;
}

async function inEffectAfter(what: Started, withinMs: number): Promise<string[]> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const names = await inEffect(what);
    if (names.length === 0 || Date.now() > deadline) return names;
    await wait(100);
  }
}

describe('a Mettle that hangs', () => {
  it('has its faults ended when their time is over, and comes back to find them ended', async () => {
    const mettle = spawn(process.execPath, [script, stateFolder, server.apiUrl], {
      detached: true,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    stalled = mettle;
    const lines = createInterface({ input: mettle.stdout })[Symbol.asyncIterator]();
    const next = async (): Promise<unknown> => JSON.parse(String((await lines.next()).value));
    const what = started.parse(await next());
    mettle.kill('SIGSTOP');
    expect(await inEffect(what)).toEqual(['paused', 'toxic', 'down']);

    // Planned for 0.3 s; 5 s later their time is over.
    expect(await inEffectAfter(what, 20_000)).toEqual([]);
    expect(isHeld(mettle.pid ?? 0)).toBe(true);
    expect(identify(what.watchdogPid)).toBeDefined();
    expect(identify(what.childPid)).toBeDefined(); // what was started lives as long as Mettle does
    const [state] = await listJournals(stateFolder);
    expect(state).toMatchObject({ state: 'active' });
    expect(state?.outstanding.map(({ kind }) => kind)).toEqual(['process', 'proxy']);
    expect(readFileSync(what.journal, 'utf8').match(/"expired"/g)).toHaveLength(3);

    mettle.kill('SIGCONT');
    mettle.stdin.end('clear\n');
    const outlived = { name: 'kept', happened: 'ended when its TTL was over', status: 'outside' };
    expect(await next()).toMatchObject({
      results: Array.from({ length: 3 }, () => ({ status: 'undone', kept: outlived })),
      failed: [],
    });
    const [code] = (await once(mettle, 'exit')) as [number | null];
    expect(code).toBe(0);
    expect(existsSync(what.journal)).toBe(false);
    expect(await readdir(stateFolder)).toEqual([]);
  });
});
