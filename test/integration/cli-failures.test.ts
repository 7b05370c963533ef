// What goes wrong: one clear message, the documented exit code, and nothing left.

import { once } from 'node:events';
import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { postgresPackage } from '../../src/system/postgres-binaries.ts';
import {
  type CliOptions,
  lastRecord,
  openWorkspace,
  recordFolders,
  runMeasured,
  type Workspace,
} from '../support/cli.ts';
import { canSeeProcesses, footprintOf, leftOf } from '../support/cli-left.ts';
import { runFixture, writeScenario, writeTarget, type TargetOptions } from '../support/short-scenarios.ts';

let workspace: Workspace;
beforeEach(async () => {
  workspace = await openWorkspace();
});
afterEach(() => workspace.close());

const seesProcesses = canSeeProcesses();
const nothing = { processes: new Map<number, string>(), listening: new Set<string>() };

/** Runs; expects this exit code, one message without a stack, nothing on standard output, nothing left. */
async function refused(
  args: readonly string[],
  exitCode: number,
  message: RegExp,
  options?: CliOptions,
): Promise<void> {
  const result = await workspace.run(['run', ...args], options);
  expect(result.exitCode, result.stderr).toBe(exitCode);
  expect(result.stderr).toMatch(message);
  expect(result.stderr.match(/^mettle: /gm), result.stderr).toHaveLength(1);
  expect(result.stderr).not.toMatch(/\n\s+at /);
  expect(result.stdout).toBe('');
  if (seesProcesses) expect(leftOf(workspace, nothing)).toEqual([]);
}

const scenarioFor = async (options: TargetOptions): Promise<string> =>
  await writeScenario(workspace, { target: await writeTarget(workspace, options) });

describe('a target that cannot be started (exit code 2)', () => {
  it('has a port that is in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const path = await scenarioFor({ http: `http://127.0.0.1:${port}` });
    await refused([path], 2, new RegExp(`mettle: .*port ${port}.* in use`));
    server.close();
  });

  it('ends at once', async () => {
    const exits = runFixture('../fixture-target/exits.mjs');
    await refused([await scenarioFor({ start: exits })], 2, /exit code 3[^]*no configuration found/);
  });

  it('is never ready', async () => {
    const path = await scenarioFor({
      start: runFixture('../fixture-target/never-ready.mjs'),
      ready: 'GET /ready within 2s',
    });
    await refused([path], 2, /not ready within 2s[^]*status 503[^]*warming up/);
  });

  it('is a program that does not exist', async () => {
    await refused(
      [await scenarioFor({ start: 'no-such-program --now' })],
      2,
      /cannot be started: no-such-program/,
    );
  });

  it('needs a dependency that ends at once', async () => {
    const broken = { start: runFixture('../fixture-target/exits.mjs'), env: 'BACKEND_URL' };
    const path = await scenarioFor({ more: [`dependencies: ${JSON.stringify({ backend: broken })}`] });
    await refused([path], 2, /backend[^]*exit code 3/);
  });

  it.each([
    ['does not run', 'not a program of any kind\n', '', /PostgreSQL cannot run here/],
    [
      'cannot set itself up',
      '#!/bin/sh\necho "postgres (PostgreSQL) 16.4"\n',
      '#!/bin/sh\necho "no space left for a cluster" >&2\nexit 1\n',
      /initdb ended with exit code 1[^]*no space left for a cluster/,
    ],
  ])('needs a PostgreSQL that %s', async (_says, postgres, initdb, message) => {
    const bin = join(workspace.folder, 'node_modules', postgresPackage(), 'native', 'bin');
    await mkdir(bin, { recursive: true });
    for (const [name, text] of Object.entries({ postgres, initdb })) {
      await writeFile(join(bin, name), text);
      await chmod(join(bin, name), 0o755);
    }
    const path = await scenarioFor({
      more: ['dependencies: { db: { provide: postgres, env: DATABASE_URL } }'],
    });
    await refused([path], 2, message);
  });

  it('is in use by another command', async () => {
    const target = await writeTarget(workspace);
    const holder = workspace.start(['target', 'start', target]);
    await holder.until('it is up', () => holder.stdout().includes('is up'));
    const second = await workspace.run(['run', await writeScenario(workspace, { target })]);
    expect(second.exitCode).toBe(2);
    expect(second.stderr).toContain(
      `the target fixture is in use by another command (process ${holder.pid})`,
    );
    expect(holder.stdout()).toContain('is up');
    holder.ctrlC();
    await holder.ended;
  });
});

describe('a Toxiproxy server that does not answer (exit code 2)', () => {
  it('is named', async () => {
    const slow = {
      id: 'slow',
      at: '300ms',
      for: '1s',
      fault: 'latency',
      on: 'backend',
      with: { latency: '50ms' },
    };
    const target = await writeTarget(workspace, { backend: true });
    const path = await writeScenario(workspace, { target, path: '/via', chaos: [slow] });
    await refused([path], 2, /127\.0\.0\.1:1\b/, { env: { TOXIPROXY_URL: 'http://127.0.0.1:1' } });
  });
});

describe('a target that dies in the middle (exit code 1)', () => {
  it('is judged like any other outage, and its death is told', async () => {
    const variants = { only: { DIES_AFTER_MS: '1200' } };
    const target = await writeTarget(workspace, { variants });
    const path = await writeScenario(workspace, { target, for: '3s', slo: ['error_rate(work) < 5%'] });
    const result = await runMeasured(workspace, [path]);
    expect(result.exitCode, result.stderr).toBe(1);
    if (seesProcesses) expect(leftOf(workspace, nothing)).toEqual([]);
    expect(result.stderr).toMatch(/fixture \(only\) ended with exit code 9; it last printed: out of luck/);
    const record = lastRecord(workspace);
    expect(record.notes.join()).toContain('ended with exit code 9');
    const work = record.series.find(({ name }) => name === 'work');
    expect(work?.offered).toBe(90);
    expect(work?.ok).toBeGreaterThan(0);
    expect(work?.errors['connect']).toBeGreaterThan(20);
    expect(record.verdict).toMatchObject({ status: 'fail', exitCode: 1 });
  });
});

describe('a record that cannot be written (exit code 3)', () => {
  it('because a file is in the way', async () => {
    const inTheWay = await workspace.file('taken', 'a file');
    const path = await scenarioFor({});
    for (const out of [inTheWay, join(inTheWay, 'deeper')]) {
      await refused([path, '--out', out], 3, /mettle: .*taken.*/);
    }
  });

  it('because the folder may not be written', async () => {
    // Root may write anywhere but where nobody can.
    const closed = process.getuid?.() === 0 ? '/sys/closed' : join(workspace.folder, 'closed');
    if (process.getuid?.() !== 0) await mkdir(closed, { mode: 0o555 });
    await refused([await scenarioFor({}), '--out', closed], 3, /mettle: .*closed/);
  });

  it('because it vanishes during the run, and everything is stopped all the same', async () => {
    const path = await writeScenario(workspace, { target: await writeTarget(workspace), for: '2s' });
    const out = join(workspace.folder, 'vanishing');
    const mettle = workspace.start(['run', path, '--out', out]);
    await mettle.until('the service is ready', () => mettle.stderr().includes('is ready'));
    await rename(out, `${out}-away`);
    await writeFile(out, 'a file');
    const footprint = footprintOf(mettle.pid, workspace);
    const { exitCode, stderr } = await mettle.ended;
    expect(exitCode, stderr).toBe(3);
    expect(stderr).toContain('vanishing');
    expect(stderr).not.toMatch(/\n\s+at /);
    if (seesProcesses) expect(leftOf(workspace, footprint)).toEqual([]);
    expect(recordFolders(workspace)).toEqual([]);
  });
});
