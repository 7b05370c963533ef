// Which earlier runs a relative promise is held against: comparable, green, earlier, of the same variant; else why not.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunRecord, Verdict } from '../../../src/record/schema.ts';
import { writeRecord } from '../../../src/record/store.ts';
import { findBaselines } from '../../../src/run/baselines.ts';
import type { Baseline } from '../../../src/slo/expression.ts';
import { realisticRun } from '../../support/run-data.ts';

const template = realisticRun({ seconds: 4 });
const pass: Verdict = { status: 'pass', reasons: [], exitCode: 0 };
const fail: Verdict = { status: 'fail', reasons: ['too slow'], exitCode: 1 };

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mettle-baselines-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const recordOf = (id: string, day: number, overrides: Partial<RunRecord> = {}): RunRecord => ({
  ...template.run,
  id,
  startedAt: `2026-01-0${day}T09:00:00.000Z`,
  verdict: pass,
  ...overrides,
});

async function keep(...runs: readonly RunRecord[]): Promise<void> {
  for (const run of runs) {
    await mkdir(join(folder, run.id), { recursive: true });
    await writeRecord(join(folder, run.id), { run, slices: template.slices });
  }
}

const judged = recordOf('now', 9);
const baselines = {
  'vs last_green': { kind: 'last_green' },
  'vs rolling_median(3)': { kind: 'rolling_median', runs: 3 },
  'vs pinned(pinned)': { kind: 'pinned', run: 'pinned' },
} satisfies Record<string, Baseline>;

async function found(what: keyof typeof baselines): Promise<{ ids: string[]; reason: string | null }> {
  const slo = [{ assert: `p50(query) <= +10% ${what}`, severity: 'fail' as const }];
  const { runs, reason } = (await findBaselines(slo, judged, folder)).of(baselines[what]);
  return { ids: runs.map(({ run }) => run.id), reason };
}

test('the last green one: not the failed, not the later, not itself, not of another variant or scenario', async () => {
  const scenario = { ...template.run.scenario, hash: 'b'.repeat(64) };
  await keep(
    ...[recordOf('old', 1), recordOf('green', 3), recordOf('failed', 4, { verdict: fail }), judged],
    ...[recordOf('other', 5, { variant: 'before' }), recordOf('changed', 6, { scenario })],
    recordOf('later', 9, { startedAt: '2026-02-01T09:00:00.000Z' }),
  );
  expect(await found('vs last_green')).toEqual({ ids: ['green'], reason: null });
});

test('what is no record, or a damaged one, is passed over', async () => {
  await keep(recordOf('green', 3));
  await mkdir(join(folder, 'torn'));
  await writeFile(join(folder, 'torn', 'run.json'), '{"formatVersion":');
  await writeFile(join(folder, 'notes.txt'), 'hello');
  expect(await found('vs last_green')).toEqual({ ids: ['green'], reason: null });
});

test('nothing found is a reason, also where there is no folder', async () => {
  const { ids, reason } = await found('vs last_green');
  expect(ids).toEqual([]);
  expect(reason).toContain('comparable');
  await rm(folder, { recursive: true });
  expect((await found('vs last_green')).ids).toEqual([]);
});

test('a rolling median takes the newest, and needs at least half of what it names', async () => {
  await keep(recordOf('a', 1));
  const { ids, reason } = await found('vs rolling_median(3)');
  expect(ids).toEqual([]);
  expect(reason).toContain('too few');
  await keep(recordOf('b', 2), recordOf('c', 3), recordOf('d', 4));
  expect((await found('vs rolling_median(3)')).ids).toEqual(['d', 'c', 'b']);
});

test('a pinned run may have failed, but must be there and be comparable', async () => {
  expect((await found('vs pinned(pinned)')).reason).toContain('no record at');
  await keep(recordOf('pinned', 2, { verdict: fail }));
  expect(await found('vs pinned(pinned)')).toEqual({ ids: ['pinned'], reason: null });
  const scenario = { ...template.run.scenario, hash: 'b'.repeat(64) };
  await keep(recordOf('pinned', 2, { scenario }));
  expect((await found('vs pinned(pinned)')).reason).toMatch(/not comparable: another scenario/);
});

test('a run is not held against itself', async () => {
  await keep({ ...judged, id: 'pinned' });
  const slo = [{ assert: 'p50(query) <= +1% vs pinned(pinned)', severity: 'fail' as const }];
  const looked = await findBaselines(slo, { ...judged, id: 'pinned' }, folder);
  expect(looked.of({ kind: 'pinned', run: 'pinned' })).toEqual({
    runs: [],
    reason: 'a run is not held against itself',
  });
});

test('nothing is looked for where no promise is relative', async () => {
  await keep(recordOf('green', 3));
  const slo = [{ assert: 'p50(query) < 1s', severity: 'fail' as const }];
  const { runs, reason } = (await findBaselines(slo, judged, folder)).of({ kind: 'last_green' });
  expect(runs).toEqual([]);
  expect(reason).not.toBeNull();
});
