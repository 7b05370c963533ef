// A run is stopped by a promise that stays broken, or by a kill file: faults undone first, the record written, nothing left.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  lastRecord,
  openWorkspace,
  readRun,
  recordFolders,
  runMeasured,
  type Workspace,
} from '../support/cli.ts';
import { canSeeProcesses, footprintOf, leftOf } from '../support/cli-left.ts';
import { writeScenario, writeTarget } from '../support/short-scenarios.ts';

let workspace: Workspace;
beforeEach(async () => {
  workspace = await openWorkspace();
});
afterEach(() => workspace.close());

const slow = {
  ...{ id: 'slow', at: '500ms', for: '24s', fault: 'latency', on: 'clients', inject: 'always' },
  with: { latency: '20ms' },
};
const nothingLeft = [0, 'nothing is active and nothing is left behind\n'];

/** Good for three seconds after its start, then 500 to everything. */
const failing = { only: { FAILS_AFTER_MS: '3000' } };

const breaking = { assert: 'error_rate(work) < 5%', window: '3s', abort: { after: '2s' } };
const calm = 'p50(work) < 10s';

describe.skipIf(!canSeeProcesses())('a promise with abort', () => {
  it.each(['fail', 'warn'] as const)(
    'of severity %s stops a run whose target begins to fail',
    async (severity) => {
      const target = await writeTarget(workspace, { variants: failing });
      const slo = [{ ...breaking, severity }, calm] as unknown as string[];
      const path = await writeScenario(workspace, { target, for: '30s', slo, chaos: [slow] });
      const { exitCode, stdout, stderr } = await runMeasured(workspace, [path]);
      expect(leftOf(workspace, { processes: new Map(), listening: new Set() })).toEqual([]);
      expect(exitCode, stdout + stderr).toBe(1);
      expect(stderr).toContain('fault slow took effect');
      const record = lastRecord(workspace);
      const [fault] = record.faults;
      expect(fault).toMatchObject({ id: 'slow', status: 'undone' });
      expect(fault?.clearedAtMicros).toBeLessThan(20_000_000);
      // The fault is undone before the load ends.
      expect(fault?.clearedAtMicros).toBeLessThanOrEqual(record.load.elapsedMicros);
      expect(record.load.elapsedMicros).toBeLessThan(20_000_000);
      expect(record.slo.map(({ status }) => status)).toEqual([severity, 'not judged']);
      expect(record.verdict).toMatchObject({ status: 'fail', exitCode: 1 });
      expect(record.verdict.reasons[0]).toMatch(
        /stopped.* at .*significantly broken from .* on \(\d+ of \d+ bad/,
      );
      const { sinceMicros = NaN, atMicros = NaN } = record.stoppedBy ?? {};
      expect(atMicros - sinceMicros).toBeGreaterThanOrEqual(2_000_000);
      expect(readFileSync(join(recordFolders(workspace)[0] ?? '', 'report.html'), 'utf8')).toContain(
        'not judged',
      );
      const status = await workspace.run(['chaos', 'status']);
      expect([status.exitCode, status.stdout]).toEqual(nothingLeft);
    },
  );

  it('that is kept stops nothing', async () => {
    const target = await writeTarget(workspace);
    const slo = [{ ...breaking, window: '2s', abort: { after: '1s' } }] as unknown as string[];
    const path = await writeScenario(workspace, { target, for: '5s', slo });
    const { exitCode, stdout } = await runMeasured(workspace, [path]);
    expect(exitCode, stdout).toBe(0);
    expect(lastRecord(workspace)).toMatchObject({ stoppedBy: null, slo: [{ status: 'pass' }] });
  });

  it('is counted by what hangs: a target that is held answers nothing and fails nothing', async () => {
    const target = await writeTarget(workspace);
    const held = { id: 'held', at: '2s', for: '24s', fault: 'pause', on: 'target', inject: 'always' };
    const slo = [{ ...breaking, assert: 'p95(work) < 1s' }] as unknown as string[];
    const path = await writeScenario(workspace, { target, for: '30s', slo, chaos: [held] });
    const text = readFileSync(path, 'utf8').replace('"timeout":"5s"', '"timeout":"60s"');
    const { exitCode, stdout } = await runMeasured(workspace, [await workspace.file('long.yml', text)]);
    expect(exitCode, stdout).toBe(1);
    const record = lastRecord(workspace);
    expect(record.stoppedBy?.promise).toBe('p95(work) < 1s');
    expect(record.faults[0]).toMatchObject({ status: 'undone' });
  });
});

describe.skipIf(!canSeeProcesses())('a kill file', () => {
  it('stops the run like Ctrl-C, and is named in the draft of its record meanwhile', async () => {
    const target = await writeTarget(workspace);
    const path = await writeScenario(workspace, { target, for: '30s', chaos: [slow] });
    const killFile = join(workspace.folder, 'stop');
    const mettle = workspace.start(['run', path, '--quiet', '--json', '--kill-file', killFile]);
    await mettle.until('the record is begun', () => recordFolders(workspace).length > 0);
    const folder = recordFolders(workspace)[0] ?? '';
    await mettle.until('it is written', () => existsSync(join(folder, 'run.json')));
    expect(mettle.stderr()).toBe('');
    expect(readRun(folder).notes).toContain(`kill file: ${killFile}`);
    const footprint = footprintOf(mettle.pid, workspace);
    writeFileSync(killFile, 'anything');
    const { exitCode, stderr } = await mettle.ended;
    expect(leftOf(workspace, footprint)).toEqual([]);
    expect(exitCode, stderr).toBe(130);
    expect(existsSync(killFile)).toBe(true);
    const again = await workspace.run(['run', path, '--kill-file', killFile]);
    expect(again.exitCode).toBe(2);
    expect(again.stderr).toContain('is there already, so nothing is started');
    expect(recordFolders(workspace)).toHaveLength(1);
  });

  it('undoes an active fault, and one of its own name is removed', async () => {
    const target = await writeTarget(workspace);
    const path = await writeScenario(workspace, { target, for: '30s', chaos: [slow] });
    const mettle = workspace.start(['run', path]);
    await mettle.until('the fault is on', () => mettle.stderr().includes('fault slow took effect'));
    const killFile = /create the kill file (\S+)/.exec(mettle.stderr())?.[1] ?? '';
    expect(killFile.startsWith(workspace.stateFolder)).toBe(true);
    writeFileSync(killFile, '');
    const { exitCode, stdout } = await mettle.ended;
    expect(exitCode, stdout).toBe(130);
    const record = lastRecord(workspace);
    expect(record.verdict.status).toBe('interrupted');
    expect(record.verdict.reasons[0]).toContain('kill file');
    expect(record.faults[0]).toMatchObject({ id: 'slow', status: 'undone' });
    expect(existsSync(killFile)).toBe(false);
    const status = await workspace.run(['chaos', 'status']);
    expect([status.exitCode, status.stdout]).toEqual(nothingLeft);
  });
});

describe('a fault that repeats', () => {
  it('is injected, undone and judged each time, and its phases are one', async () => {
    const target = await writeTarget(workspace, { backend: true });
    const during = 'p50(work) < 10s during fault:slow';
    const chaos = [{ ...slow, on: 'backend', at: '1s', for: '1s', every: '3s', with: { latency: '200ms' } }];
    const slo = [during, 'p50(work) < 9s during steady', 'error_rate < 5%'];
    const path = await writeScenario(workspace, { target, path: '/via', for: '9s', slo, chaos });
    const { exitCode, stdout } = await workspace.run(['run', path]);
    const record = lastRecord(workspace);
    // A machine that is busy makes the run invalid; what was done stays the same.
    expect([0, 3], stdout).toContain(exitCode);
    expect(record.faults.map(({ occurrence, status }) => [occurrence, status])).toEqual([
      [1, 'undone'],
      [2, 'undone'],
      [3, 'undone'],
    ]);
    expect(record.faults.map(({ plannedAtMicros }) => plannedAtMicros)).toEqual([1e6, 4e6, 7e6]);
    expect(record.phases.filter(({ name }) => name === 'fault:slow')).toHaveLength(3);
    const held = record.slo.find(({ text }) => text === during);
    // Three seconds of thirty each; what was in flight when it began belongs to it.
    expect(held?.samples).toBeGreaterThan(80);
    expect(held?.value).toBeGreaterThanOrEqual(190_000);
    expect(record.faults[0]?.steadyAfter?.samples).toBeGreaterThan(0);
    const report = readFileSync(join(recordFolders(workspace)[0] ?? '', 'report.html'), 'utf8');
    expect(report).toContain('slow #3');
  });
});
