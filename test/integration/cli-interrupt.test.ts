// Ctrl-C and SIGTERM: every fault undone first, then everything stopped, the record kept, nothing left.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packagePath } from '../../src/kernel/entry.ts';
import { lastRecord, openWorkspace, recordFolders, type RunningCli, type Workspace } from '../support/cli.ts';
import { canSeeProcesses, footprintOf, leftOf } from '../support/cli-left.ts';
import { startConstantServer } from '../support/known-servers.ts';
import { writeScenario, writeTarget } from '../support/short-scenarios.ts';

let workspace: Workspace;
beforeEach(async () => {
  workspace = await openWorkspace();
});
afterEach(() => workspace.close());

/** What the service has printed so far. */
function targetLog(): string {
  const file = join(recordFolders(workspace)[0] ?? '', 'target.log');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** As it was printed at the start. */
const killFileOf = (mettle: RunningCli): string =>
  /create the kill file (\S+)/.exec(mettle.stderr())?.[1] ?? '';

const fixtures = /(service|backend)\.mjs/;

/** Starts a run whose backend is cut off for most of it, and waits until the service feels that. */
async function startFaulted(env: Readonly<Record<string, string>> = {}): Promise<RunningCli> {
  const variants = { only: { WATCHES_BACKEND: 'yes' } };
  const target = await writeTarget(workspace, { variants, backend: true });
  const cut = { id: 'cut', at: '500ms', for: '25s', fault: 'down', on: 'backend', inject: 'always' };
  // Requests that take a while: the load is still draining when the fault is gone.
  const path = await writeScenario(workspace, {
    target,
    path: '/slow',
    for: '30s',
    rate: '20/s',
    chaos: [cut],
  });
  const mettle = workspace.start(['run', path], { env });
  await mettle.until('the backend is cut off', () => /up\n[^]*backend down/.test(targetLog()));
  return mettle;
}

describe.skipIf(!canSeeProcesses())('a run that is told to stop while a fault is active', () => {
  it.each(['Ctrl-C', 'Ctrl-C twice', 'SIGTERM', 'SIGHUP'] as const)(
    '%s: undoes the fault, then stops',
    async (how) => {
      const mettle = await startFaulted();
      const footprint = footprintOf(mettle.pid, workspace);
      // Mettle, its watchdog, the service, the backend; the service, the backend and the fault proxy listen.
      expect(footprint.processes.size).toBeGreaterThanOrEqual(4);
      expect(footprint.listening.size).toBeGreaterThanOrEqual(4);
      if (how === 'SIGTERM' || how === 'SIGHUP') mettle.kill(how);
      else mettle.ctrlC();
      if (how === 'Ctrl-C twice') {
        await mettle.until('it has heard', () => mettle.stderr().includes('undoing'));
        mettle.ctrlC();
      }
      const { exitCode, stdout, stderr } = await mettle.ended;
      expect(leftOf(workspace, footprint)).toEqual([]);
      expect(exitCode, stderr).toBe(130);
      expect(stdout).toContain('verdict: interrupted');
      const [fault] = lastRecord(workspace).faults;
      expect(fault).toMatchObject({ id: 'cut', status: 'undone' });
      expect(fault?.clearedAtMicros).toBeGreaterThan(fault?.effectAtMicros ?? Infinity);
      expect(lastRecord(workspace).verdict).toMatchObject({ status: 'interrupted', exitCode: 130 });
      // The service saw its backend again before it was asked to stop itself.
      const lines = targetLog().split('\n');
      expect(lines.filter((line) => line.startsWith('backend '))).toEqual([
        'backend up',
        'backend down',
        'backend up',
      ]);
      expect(lines.lastIndexOf('backend up')).toBeLessThan(lines.indexOf('asked to stop'));
      const status = await workspace.run(['chaos', 'status']);
      expect([status.exitCode, status.stdout]).toEqual([0, 'nothing is active and nothing is left behind\n']);
    },
  );

  it('an error that nobody caught: undone like Ctrl-C, exit code 3, and told as a bug', async () => {
    const preload = packagePath('test/support/fixture-cli/fails-later.mjs');
    const mettle = await startFaulted({ NODE_OPTIONS: `--import=${preload}` });
    const footprint = footprintOf(mettle.pid, workspace);
    mettle.kill('SIGUSR2');
    const { exitCode, stderr } = await mettle.ended;
    expect(leftOf(workspace, footprint)).toEqual([]);
    expect(exitCode, stderr).toBe(3);
    expect(stderr).toContain('Mettle itself failed: nobody caught this');
    expect(lastRecord(workspace).faults[0]).toMatchObject({ id: 'cut', status: 'undone' });
  });

  it.each(['Ctrl-C', 'SIGHUP', 'an error that nobody caught', 'the kill file'] as const)(
    '%s: lets a held process go on, then stops it',
    async (how) => {
      const target = await writeTarget(workspace, { backend: true });
      const held = { id: 'held', at: '500ms', for: '25s', fault: 'pause', on: 'backend', inject: 'always' };
      const path = await writeScenario(workspace, { target, for: '30s', chaos: [held] });
      const preload = packagePath('test/support/fixture-cli/fails-later.mjs');
      const mettle = workspace.start(['run', path], { env: { NODE_OPTIONS: `--import=${preload}` } });
      await mettle.until('the backend is held', () => mettle.stderr().includes('fault held took effect'));
      const footprint = footprintOf(mettle.pid, workspace);
      const isStopped = (pid: number): boolean => /\) T /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
      expect([...footprint.processes.keys()].filter(isStopped)).not.toEqual([]);
      if (how === 'Ctrl-C') mettle.ctrlC();
      else if (how === 'SIGHUP') mettle.kill('SIGHUP');
      else if (how === 'the kill file') writeFileSync(killFileOf(mettle), '');
      else mettle.kill('SIGUSR2');
      const { exitCode, stderr } = await mettle.ended;
      expect(leftOf(workspace, footprint)).toEqual([]);
      expect(exitCode, stderr).toBe(how.startsWith('an error') ? 3 : 130);
      expect(lastRecord(workspace).faults[0]).toMatchObject({ id: 'held', status: 'undone' });
    },
  );

  it('Ctrl-C keeps a report and measurements that can be read again', async () => {
    const mettle = await startFaulted();
    mettle.ctrlC();
    expect((await mettle.ended).exitCode).toBe(130);
    const folder = recordFolders(workspace)[0]!;
    const first = readFileSync(join(folder, 'report.html'));
    const again = await workspace.run(['report', folder]);
    expect(again.exitCode, again.stderr).toBe(0);
    expect(readFileSync(join(folder, 'report.html')).equals(first)).toBe(true);
    expect(first.toString()).toContain('interrupted');
  });
});

describe.skipIf(!canSeeProcesses())('a run that is told to stop while its target is getting ready', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('%s leaves nothing', async (signal) => {
    const variants = { only: { READY_AFTER_MS: '600000' } };
    const target = await writeTarget(workspace, { variants, backend: true });
    const path = await writeScenario(workspace, { target });
    const mettle = workspace.start(['run', path]);
    await mettle.until('the service listens', () => targetLog().includes('listening'));
    const footprint = footprintOf(mettle.pid, workspace);
    expect([...footprint.processes.keys()].filter((pid) => fixtures.test(commandOf(pid)))).toHaveLength(2);
    if (signal === 'SIGINT') mettle.ctrlC();
    else mettle.kill(signal);
    const { exitCode, stderr } = await mettle.ended;
    expect(leftOf(workspace, footprint)).toEqual([]);
    expect(exitCode, stderr).toBe(130);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(lastRecord(workspace).verdict.status).toBe('interrupted');
  });

  it.each(['PostgreSQL is being set up', 'its data are being prepared'])('Ctrl-C while %s', async (when) => {
    const mettle = workspace.start([
      'run',
      packagePath('scenarios/toxic-detector.yml'),
      '--variant',
      'after',
    ]);
    await mettle.until(when, () => {
      if (when.startsWith('its data')) return mettle.stderr().includes('preparing the data');
      return [...footprintOf(mettle.pid, workspace).processes.keys()].some((pid) =>
        /\/(initdb|postgres) /.test(commandOf(pid)),
      );
    });
    const footprint = footprintOf(mettle.pid, workspace);
    mettle.ctrlC();
    const { exitCode, stderr } = await mettle.ended;
    expect(leftOf(workspace, footprint)).toEqual([]);
    expect(exitCode, stderr).toBe(130);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});

/** Empty for a process that has ended meanwhile. */
function commandOf(pid: number): string {
  const file = `/proc/${pid}/cmdline`;
  try {
    return readFileSync(file, 'latin1').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

describe('whoever read its words is gone', () => {
  it('the run goes on without words, to its end and its verdict', async () => {
    const server = await startConstantServer(1);
    try {
      const program = ['bash', '-c', 'exec "$0" "$@" 2> >(head -n 1 >&2)', process.execPath] as const;
      const args = [packagePath('bin/mettle.js'), 'run', server.url, '--rate', '20/s', '--for', '3s'];
      const { exitCode, stdout } = await workspace.run([...args, '--out', workspace.outFolder], {
        program,
        limitMs: 30_000,
      });
      expect(exitCode, 'not ended by the limit').not.toBeNull();
      expect(stdout).toContain('verdict: ');
      expect(lastRecord(workspace).verdict.status).not.toBe('interrupted');
    } finally {
      await server.close();
    }
  });
});
