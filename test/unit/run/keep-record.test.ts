// A run whose record cannot be written still exits with what it ended in.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readRun } from '../../../src/record/store.ts';
import type { Measured } from '../../../src/run/judge.ts';
import { keepRecord } from '../../../src/run/keep-record.ts';
import { nothingObserved } from '../../../src/run/observe-run.ts';
import type { RunRequest } from '../../../src/run/run-request.ts';
import type { PlayedFault } from '../../../src/run/timeline.ts';
import { runDataOf } from '../../support/run-record.ts';
import { repeated, sliceOf } from '../../support/slices.ts';
import { watchedScenario } from '../../support/watched-runs.ts';

const second = 1_000_000;
const note = 'checkout is down, and could not be started again: it ended at once';
const down = `fault stop could not be undone: ${note}`;

/** A `restart` whose process did not come back: the journal has forgotten it, only the run knows. */
const notBack = {
  fault: {
    id: 'stop',
    on: 'checkout',
    fault: { kind: 'restart', graceMs: 100 },
    atMicros: 0,
    forMicros: second,
  },
  ...{ effectAtMicros: second, clearedAtMicros: null, note, brokenPromise: null, cutShort: false },
  result: {
    ...{ clearedAtMicros: null, status: 'undo failed', note, fidelity: [], observation: null },
    traffic: { before: null, during: null, status: 'unknown' },
  },
} as unknown as PlayedFault;

const measured = (over: Partial<Measured> = {}): Measured => ({
  ...{ startedAt: '2026-01-05T09:00:00.000Z', commit: null, http: null, ws: null },
  load: {
    slices: [sliceOf('ask', 0, 20 * second, { okMicros: repeated(20, 5_000) })],
    ...{ examples: [], health: runDataOf({ slices: [] }).run.health, deadThreads: [] },
    elapsedMicros: 20 * second,
  },
  ...{ played: [], observed: nothingObserved, notes: [], interruptedBy: null },
  ...over,
});

/** `name` in a folder of its own; nothing made it. */
async function requestOf(name: string): Promise<RunRequest> {
  const parent = await mkdtemp(join(tmpdir(), 'mettle-keep-'));
  onTestFinished(() => rm(parent, { recursive: true, force: true }));
  const scenario = watchedScenario({ file: join(parent, 'a.yml'), hash: 'a'.repeat(64), primary: null });
  return {
    scenario: { ...scenario, gracefulStopMicros: second, tls: { verify: true } },
    target: { name: 'checkout', variants: {} },
    stage: { backend: null, deaths: [] },
    ...{ variant: 'after', seed: 42, id: 'r1', command: 'mettle run a.yml', threads: 1 },
    ...{ folder: join(parent, name), progress: () => undefined },
  } as unknown as RunRequest;
}

/** The folder vanished while the run went on. */
const unwritten = async (over: Partial<Measured>): Promise<unknown> =>
  await keepRecord(await requestOf('gone'), measured(over)).catch((error: unknown) => error);

test('a record that can be written is kept, whatever the run ended in', async () => {
  const request = await requestOf('');
  const { run } = await keepRecord(request, measured({ played: [notBack] }));
  expect(run.verdict).toMatchObject({ status: 'fail', exitCode: 4, reasons: [down] });
  expect(await readRun(request.folder)).toEqual(run);
});

test('a record that cannot be written is exit code 3 after a run that ended by itself', async () => {
  expect(await unwritten({})).toMatchObject({ code: 'RECORD_UNWRITABLE', exitCode: 3 });
});

test('a process that is still down is told, with exit code 4, where the record cannot be written', async () => {
  const told = await unwritten({ played: [notBack] });
  expect(told).toMatchObject({ code: 'UNDO_FAILED', exitCode: 4 });
  expect((told as Error).message).toContain(`${down}; besides that: cannot write `);
});

test('an interrupted run stays one, with exit code 130, where the record cannot be written', async () => {
  const interruptedBy = 'interrupted before the end of the load';
  const told = await unwritten({ interruptedBy });
  expect(told).toMatchObject({ code: 'INTERRUPTED', exitCode: 130 });
  expect((told as Error).message).toContain(`${interruptedBy}; besides that: cannot write `);
  expect(await unwritten({ interruptedBy, played: [notBack] })).toMatchObject({ exitCode: 4 });
});
