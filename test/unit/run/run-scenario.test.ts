// A single run whose reports cannot be written still exits with what it ended in.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { MettleError } from '../../../src/kernel/errors.ts';
import { conduct } from '../../../src/run/conduct.ts';
import { runScenario } from '../../../src/run/run-scenario.ts';
import type { LoadedScenario } from '../../../src/scenario/load.ts';
import { type RunSketch, runDataOf } from '../../support/run-record.ts';
import { watchedScenario } from '../../support/watched-runs.ts';

const full = new MettleError({ code: 'RECORD_UNWRITABLE', message: 'the disk is full', exitCode: 3 });

vi.mock('../../../src/run/conduct.ts', () => ({ conduct: vi.fn() }));
vi.mock('../../../src/run/doctor.ts', () => ({ knownMachine: () => Promise.resolve({}) }));
vi.mock('../../../src/run/guard-run.ts', () => ({ guardRun: () => Promise.resolve({}) }));
vi.mock('../../../src/run/reports.ts', () => ({ writeRunReports: () => Promise.reject(full) }));
vi.mock('../../../src/run/stage.ts', () => ({
  linksOf: () => new Set(),
  onStage: (_options: unknown, act: (stage: object) => Promise<unknown>) => act({}),
}));

/** What the command throws after such a run. */
async function endOf(run: Partial<RunSketch>): Promise<unknown> {
  const out = await mkdtemp(join(tmpdir(), 'mettle-run-'));
  onTestFinished(() => rm(out, { recursive: true, force: true }));
  vi.mocked(conduct).mockResolvedValue(runDataOf({ slices: [], ...run }));
  const loaded = { scenario: { ...watchedScenario({ claims: [] }), seed: 1 }, target: {}, extraEnv: {} };
  return await runScenario(loaded as unknown as LoadedScenario, {
    ...{ variant: 'after', out, command: 'mettle run a.yml', threads: 1, history: null },
    ...{ signal: new AbortController().signal, progress: () => undefined, live: undefined },
  }).catch((error: unknown) => error);
}

const interrupted = 'interrupted before the end of the load';

test('reports that cannot be written are exit code 3 after a run that ended by itself', async () => {
  expect(await endOf({})).toBe(full);
});

test('an interrupted run stays one, with exit code 130', async () => {
  const told = await endOf({
    grounds: { undoFailed: [], interrupted, invalid: [] },
    verdict: { status: 'interrupted', reasons: [interrupted], exitCode: 130 },
  });
  expect(told).toMatchObject({ code: 'INTERRUPTED', exitCode: 130 });
  expect((told as Error).message).toBe(`${interrupted}; besides that: the disk is full`);
});

test('everything that was left behind is told, with exit code 4', async () => {
  const undoFailed = ['fault stop could not be undone: checkout is down', 'fault cut could not be undone: ?'];
  const told = await endOf({
    grounds: { undoFailed, interrupted, invalid: [] },
    verdict: { status: 'fail', reasons: [...undoFailed, interrupted], exitCode: 4 },
  });
  expect(told).toMatchObject({ code: 'UNDO_FAILED', exitCode: 4 });
  expect((told as Error).message).toBe(`${undoFailed.join('; ')}; besides that: the disk is full`);
});
