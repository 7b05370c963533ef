// What is observed of a target, through the whole program: in the record before, during and after the load, and in promises.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunRecord } from '../../src/record/schema.ts';
import type { Workspace } from '../support/cli.ts';
import { lastRecord, openWorkspace, runMeasured } from '../support/cli.ts';
import { runFixture, writeScenario, writeTarget } from '../support/short-scenarios.ts';

let workspace: Workspace;
beforeEach(async () => {
  workspace = await openWorkspace();
});
afterEach(() => workspace.close());

interface Written {
  readonly slo: readonly string[];
  readonly leaks?: boolean;
  readonly observe?: string;
}

async function write({ slo, leaks = false, observe = '{ process: true }' }: Written): Promise<string> {
  const target = await writeTarget(workspace, {
    start: runFixture('leaky.mjs'),
    variants: { only: { LEAKS: leaks ? 'yes' : 'no' } },
    more: [`observe: ${observe}`],
  });
  return await writeScenario(workspace, { target, for: '4s', slo });
}

const statuses = (record: RunRecord): Record<string, string> =>
  Object.fromEntries(record.slo.map(({ text, status }) => [text, status]));

const reasonOf = (record: RunRecord, index = 0): string => record.slo[index]?.reason ?? '';

describe.runIf(process.platform === 'linux')('promises about the process of a target', () => {
  it('are judged by looks at it, and do not make the run wait', async () => {
    const kept = [
      'cpu(target) < 95%',
      'memory(target) < 1GiB',
      'open_files(target) < 5000',
      'restarts(target) < 1',
    ];
    const broken = ['threads(target) < 2', 'memory(target, min) > 100GiB'];
    const result = await runMeasured(workspace, [await write({ slo: [...kept, ...broken] })]);
    const record = lastRecord(workspace);
    expect(result.exitCode, result.stdout + result.stderr).toBe(1);
    expect(statuses(record)).toEqual({
      ...Object.fromEntries(kept.map((text) => [text, 'pass'])),
      ...Object.fromEntries(broken.map((text) => [text, 'fail'])),
    });
    expect(record.settled).toBeUndefined();
    const [target] = record.processes;
    expect(target).toMatchObject({ name: 'target', restarts: 0 });
    expect(target?.points.some(({ openFiles, sockets }) => (openFiles ?? 0) > (sockets ?? Infinity))).toBe(
      true,
    );
  });

  it('have no value where nothing watches it', async () => {
    const file = await write({ slo: ['cpu(target) < 95%'], observe: '{ process: false }' });
    const result = await workspace.run(['run', file]);
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toContain('process: true');
  });
});

describe.runIf(process.platform === 'linux')('a leak check', () => {
  const slo = ['sockets_left(target) <= 5', 'memory_growth(target) < 100%'];

  it('finds nothing left of a service that gives everything back', async () => {
    const result = await runMeasured(workspace, [await write({ slo })]);
    const record = lastRecord(workspace);
    expect(result.exitCode, result.stdout + result.stderr).toBe(0);
    const points = record.processes[0]?.points ?? [];
    const { fromMicros = NaN, toMicros = NaN } = record.settled ?? {};
    expect(points.filter(({ atMicros }) => atMicros < 0).length).toBeGreaterThanOrEqual(2);
    expect(points.filter(({ atMicros }) => atMicros > fromMicros).length).toBeGreaterThanOrEqual(3);
    expect(fromMicros).toBeGreaterThanOrEqual(record.load.elapsedMicros);
    expect(toMicros - fromMicros).toBeLessThan(11_000_000);
  }, 300_000);

  it('finds the sockets and the memory that another one keeps', async () => {
    const result = await runMeasured(workspace, [await write({ slo, leaks: true })]);
    const record = lastRecord(workspace);
    expect(result.exitCode, result.stdout + result.stderr).toBe(1);
    expect(Object.values(statuses(record))).toEqual(['fail', 'fail']);
    // Two for each of 120 answers: its own end, and the server's.
    expect(record.slo[0]?.value).toBeGreaterThan(150);
  }, 300_000);

  it('is not waited for after an interruption', async () => {
    const running = workspace.start(['run', await write({ slo })]);
    await running.until('the load', () => / [12]s\/4s /.test(running.stderr()), 30_000);
    running.ctrlC();
    const result = await running.ended;
    const record = lastRecord(workspace);
    expect(result.exitCode).toBe(130);
    expect(record.settled).toBeUndefined();
    expect(record.processes[0]?.points.length).toBeGreaterThanOrEqual(2);
    expect(statuses(record)).toMatchObject({ 'sockets_left(target) <= 5': 'not judged' });
    expect(reasonOf(record)).toContain('interrupted');
  });
});
