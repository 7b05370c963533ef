// kill and restart through the whole program: what the load sees of them, how the target comes back, what is left when not.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunRecord } from '../../src/record/schema.ts';
import type { CliResult, RunningCli, Workspace } from '../support/cli.ts';
import { lastRecord, openWorkspace, recordFolders, runMeasured } from '../support/cli.ts';
import { canSeeProcesses, footprintOf, leftAfter, leftOf } from '../support/cli-left.ts';
import type { TargetOptions } from '../support/short-scenarios.ts';
import { runFixture, writeScenario, writeTarget } from '../support/short-scenarios.ts';

let workspace: Workspace;
beforeEach(async () => {
  workspace = await openWorkspace();
});
afterEach(() => workspace.close());

const gone = { id: 'gone', at: '1s', for: '1s', on: 'target', inject: 'always' };
/** Asked for its value: it may be all of them. */
const during = 'error_rate(work) < 100% during fault:gone';
const told = { assert: during, severity: 'warn' };
const steady = 'error_rate(work) < 5% during steady';
const recovery = 'recovery(gone) < 3s';

interface Written {
  readonly target?: TargetOptions;
  readonly chaos: readonly object[];
  readonly for?: string;
  readonly slo?: readonly (string | object)[];
  readonly path?: string;
}

async function write(written: Written): Promise<string> {
  const { chaos, for: forText = '7s', slo = [told, steady, recovery], path = '/work' } = written;
  const target = await writeTarget(workspace, written.target);
  return await writeScenario(workspace, { target, path, for: forText, slo, chaos });
}

async function run(written: Written): Promise<{ result: CliResult; record: RunRecord }> {
  const result = await runMeasured(workspace, [await write(written)]);
  return { result, record: lastRecord(workspace) };
}

const value = (record: RunRecord, text: string): number =>
  record.slo.find((slo) => slo.text === text)?.value ?? NaN;

const checks = (record: RunRecord, index = 0): Record<string, string> =>
  Object.fromEntries((record.faults[index]?.fidelity ?? []).map(({ name, status }) => [name, status]));

function targetLog(): string {
  const file = join(recordFolders(workspace)[0] ?? '', 'target.log');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

const starts = (): number => targetLog().split('listening').length - 1;

const variant = (env: Readonly<Record<string, string>>): TargetOptions => ({ variants: { only: env } });

describe('a target that is killed in a run', () => {
  it('refuses everything while it is down, and answers as before once it was started again', async () => {
    const { result, record } = await run({ chaos: [{ ...gone, fault: 'kill' }] });
    expect(result.exitCode, result.stdout + result.stderr).toBe(0);
    expect(value(record, during)).toBeGreaterThan(0.8); // ready a little before it is seen to be
    expect(value(record, steady)).toBe(0);
    expect(record.series[0]?.errors.connect).toBeGreaterThan(10);
    expect(record.faults).toMatchObject([{ kind: 'kill', status: 'undone', note: null }]);
    expect(record.faults[0]?.with).toEqual({ signal: 'SIGKILL', processes: 'all' });
    expect(checks(record)).toEqual({
      ...{ down: 'within', 'started again': 'within', effect: 'within', duration: 'within', begin: 'within' },
    });
    // A deliberate end is no death of the target.
    expect(record.notes.join()).not.toContain('was ended by');
    expect(starts()).toBe(2);
    // Killed for a second, and down a little longer: until it was ready again.
    const [fault] = record.faults;
    expect((fault?.clearedAtMicros ?? 0) - (fault?.effectAtMicros ?? 0)).toBeGreaterThanOrEqual(1_000_000);
  });

  it('is reached through the proxy of its clients as before', async () => {
    const far = { id: 'far', at: '5s', for: '1s', on: 'clients', fault: 'latency', inject: 'always' };
    const slow = 'p50(work) < 10s during fault:far';
    const { result, record } = await run({
      chaos: [
        { ...gone, fault: 'kill' },
        { ...far, with: { latency: '100ms' } },
      ],
      slo: [told, steady, slow],
    });
    expect(result.exitCode, result.stdout + result.stderr).toBe(0);
    expect(value(record, during)).toBeGreaterThan(0.8); // ready a little before it is seen to be
    expect(value(record, steady)).toBe(0);
    expect(value(record, slow)).toBeGreaterThan(95_000);
  });

  it('as a dependency is missed by those who need it, and found again', async () => {
    const chaos = [{ ...gone, on: 'backend', fault: 'kill' }];
    const { result, record } = await run({ chaos, target: { backend: true }, path: '/via' });
    expect(result.exitCode, result.stdout + result.stderr).toBe(0);
    expect(value(record, during)).toBeGreaterThan(0.8); // ready a little before it is seen to be
    expect(record.series[0]?.errors.status).toBeGreaterThan(10);
    expect(starts()).toBe(1);
  });

  it('by SIGTERM ends in order, and how long that took is in the record', async () => {
    const { result, record } = await run({
      chaos: [{ ...gone, fault: 'kill', with: { signal: 'SIGTERM' } }],
    });
    expect(result.exitCode, result.stdout + result.stderr).toBe(0);
    expect(targetLog()).toContain('asked to stop');
    expect(checks(record)).toMatchObject({ ended: 'within', 'started again': 'within' });
  });

  it('and cannot be started again is said to be down, with exit code 4', async () => {
    const { result, record } = await run({
      chaos: [{ ...gone, fault: 'kill' }],
      target: variant({ STARTS_ONCE: join(workspace.folder, 'started') }),
      for: '4s',
    });
    expect(result.exitCode, result.stdout + result.stderr).toBe(4);
    expect(result.stdout).toContain('target is down, and could not be started again');
    expect(record.faults).toMatchObject([{ status: 'undo failed', clearedAtMicros: null }]);
    const status = await workspace.run(['chaos', 'status']);
    expect([status.exitCode, status.stdout]).toEqual([0, 'nothing is active and nothing is left behind\n']);
  });
});

describe('a supervisor whose workers are killed in a run', () => {
  const fault = { ...gone, for: '2s', fault: 'kill', with: { processes: 'children' } };
  const start = runFixture('supervisor.mjs');

  it('starts them again itself', async () => {
    const { result, record } = await run({ chaos: [fault], target: { start } });
    expect(result.exitCode, result.stdout + result.stderr).toBe(0);
    expect(checks(record)).toEqual({
      ...{ 'started again by itself': 'within', effect: 'within', duration: 'within', begin: 'within' },
    });
    expect(value(record, during)).toBeGreaterThan(0.02);
    expect(value(record, during)).toBeLessThan(0.9);
  });

  it('and does not start them again is no valid run: Mettle had to', async () => {
    const target = { start, ...variant({ RESTARTS: 'no' }) };
    const path = await write({ chaos: [fault], target });
    const result = await workspace.run(['run', path]);
    expect(result.exitCode, result.stdout + result.stderr).toBe(3);
    expect(result.stdout).toContain(
      'fault gone: started again by itself was not complete when it was cleared',
    );
    const record = lastRecord(workspace);
    expect(checks(record)).toMatchObject({ 'started again by Mettle': 'within' });
    expect(record.faults).toMatchObject([{ status: 'undone' }]);
  });

  it('is refused where there are none', async () => {
    const result = await workspace.run(['run', await write({ chaos: [fault], for: '4s' })]);
    expect(result.exitCode, result.stdout + result.stderr).toBe(3);
    expect(result.stdout).toContain(
      'target has started no process of its own: there are no children to kill',
    );
  });
});

it('a target that is restarted in a run is back while the fault still lasts', async () => {
  const { result, record } = await run({ chaos: [{ ...gone, for: '2s', fault: 'restart' }] });
  expect(result.exitCode, result.stdout + result.stderr).toBe(0);
  expect(checks(record)).toEqual({
    ...{ ended: 'within', 'ready again': 'within', effect: 'within', duration: 'within', begin: 'within' },
  });
  expect(record.faults[0]?.with).toEqual({ grace: '10s' });
  expect(value(record, during)).toBeGreaterThan(0.02);
  expect(value(record, steady)).toBe(0);
  expect(starts()).toBe(2);
});

describe.skipIf(!canSeeProcesses())('when Mettle ends while a target is down', () => {
  async function startKilled(env: Readonly<Record<string, string>>, forText: string): Promise<RunningCli> {
    const chaos = [{ ...gone, for: forText, fault: 'kill' }];
    const path = await write({ chaos, target: variant(env), for: '25s' });
    const mettle = workspace.start(['run', path]);
    await mettle.until('it is down', () => /fault gone took effect/.test(mettle.stderr()), 60_000);
    return mettle;
  }

  it('by Ctrl-C, nothing is started again, and nothing is left', async () => {
    const mettle = await startKilled({}, '20s');
    const footprint = footprintOf(mettle.pid, workspace);
    mettle.ctrlC();
    const { exitCode, stderr } = await mettle.ended;
    expect(exitCode, stderr).toBe(130);
    expect(leftOf(workspace, footprint)).toEqual([]);
    expect(lastRecord(workspace).faults).toMatchObject([{ status: 'undone' }]);
    expect(starts()).toBe(1);
  });

  it('by Ctrl-C in the middle of starting it again, that is given up, and nothing is left', async () => {
    const mettle = await startKilled({ READY_AFTER_MS: '4000' }, '500ms');
    await mettle.until('it is being started', () => starts() === 2);
    const footprint = footprintOf(mettle.pid, workspace);
    mettle.ctrlC();
    const { exitCode, stderr } = await mettle.ended;
    expect(exitCode, stderr).toBe(130);
    expect(leftOf(workspace, footprint)).toEqual([]);
  });

  it.each([
    ['while it is down', '20s', 1],
    ['while it is being started again', '500ms', 2],
  ] as const)(
    'by kill -9 %s, nothing is started, and nothing is left within 5 s',
    async (_, forText, count) => {
      const mettle = await startKilled({ READY_AFTER_MS: '3000' }, forText);
      await mettle.until('it is so far', () => starts() === count);
      const footprint = footprintOf(mettle.pid, workspace);
      mettle.kill('SIGKILL');
      expect(await leftAfter(workspace, footprint, 5_000)).toEqual([]);
      expect(starts()).toBe(count);
      const status = await workspace.run(['chaos', 'status']);
      expect([status.exitCode, status.stdout]).toEqual([0, 'nothing is active and nothing is left behind\n']);
    },
  );
});
