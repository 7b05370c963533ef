// A real process tree, looked at from outside: what it opens is counted, what it closes is not, a new root is a restart.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/kernel/clock.ts';
import { processSeries } from '../../src/run/observed-processes.ts';
import { observeProcesses } from '../../src/system/observe-process.ts';
import { openSystem } from '../../src/system/open-system.ts';
import type { ProcessSample, StartedVariant, System } from '../../src/system/system.ts';
import { fixtureTarget, testPorts } from '../support/system-ports.ts';

let folder: string;
let system: System;
let variant: StartedVariant;
let sockets: Socket[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'test-observe-'));
  const observe = { process: true, docker: false, prometheus: null };
  system = await openSystem(fixtureTarget({ observe }), testPorts());
  variant = await system.start('only', join(folder, 'target.log'));
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  await variant.stop();
  await system.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The first sample from now on that is as wanted. */
async function sampleThat(holds: (sample: ProcessSample) => boolean): Promise<ProcessSample> {
  const from = variant.samples().length;
  const until = Date.now() + 15_000;
  for (;;) {
    const found = variant.samples().slice(from).find(holds);
    if (found !== undefined) return found;
    if (Date.now() > until) throw new Error(`not seen: ${JSON.stringify(variant.samples().slice(from))}`);
    await wait(100);
  }
}

async function connectTimes(count: number): Promise<void> {
  const { hostname, port } = new URL(variant.http ?? '');
  const opened = Array.from({ length: count }, () => connect(Number(port), hostname));
  sockets.push(...opened);
  await Promise.all(opened.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
}

describe.runIf(process.platform === 'linux')('a process tree', () => {
  it('shows its threads, cores, open files and sockets, and connections that come and go', async () => {
    const before = await sampleThat(() => true);
    expect(before.threads).toBeGreaterThan(1);
    expect(before.cores).toBeGreaterThan(0);
    expect(before.cores).toBeLessThanOrEqual(availableParallelism());
    // It listens, at least.
    expect(before.sockets).toBeGreaterThanOrEqual(1);
    const [openFiles = 0, own = 0] = [before.openFiles, before.sockets];
    expect(openFiles).toBeGreaterThan(own);
    await connectTimes(200);
    const busy = await sampleThat((sample) => (sample.sockets ?? 0) >= own + 200);
    expect(busy.openFiles).toBeGreaterThanOrEqual(openFiles + 200);
    for (const socket of sockets) socket.destroy();
    await sampleThat((sample) => (sample.sockets ?? Infinity) <= own + 5);
  }, 60_000);

  it('counts a restart once, and what its grandchildren hold', async () => {
    const startAtMicros = systemClock.nowMicros();
    const alone = await sampleThat(() => true);
    await fetch(`${variant.http}/grandchildren`, { method: 'POST' });
    await sampleThat(({ threads }) => (threads ?? 0) > (alone.threads ?? 0) + 2);
    await variant.processes.target?.startAgain();
    await sampleThat(({ root }) => root !== alone.root);
    await sampleThat(() => true);
    const [series] = processSeries(variant.samples(), startAtMicros);
    expect(series?.restarts).toBe(1);
    expect(series?.points.every(({ memoryBytes }) => (memoryBytes ?? 0) > 10_000_000)).toBe(true);
  }, 60_000);
});

it.runIf(process.platform === 'linux')(
  'counts the time of processes that live for a moment only',
  async () => {
    // Each is there for some hundredths of a second: looks alone would see next to nothing of them.
    const moment = 'i=0; while [ $i -lt 5000 ]; do i=$((i+1)); done';
    const master = spawn('sh', ['-c', `while :; do sh -c '${moment}'; done`], { detached: true });
    const observation = observeProcesses([{ name: 'master', pid: () => master.pid ?? null }], systemClock);
    try {
      await expect.poll(() => observation.samples().length, { timeout: 20_000 }).toBeGreaterThanOrEqual(3);
      const shares = observation.samples().map(({ cpuShare }) => cpuShare);
      expect(Math.max(...shares)).toBeGreaterThan(0.2);
      expect(Math.max(...shares)).toBeLessThan(1.2);
    } finally {
      observation.stop();
      if (master.pid !== undefined) process.kill(-master.pid, 'SIGKILL');
    }
  },
  60_000,
);
