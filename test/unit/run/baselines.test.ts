// Which earlier runs a relative promise is held against: comparable, green, earlier, of the same variant; else why not.

import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunRecord, Verdict } from '../../../src/record/schema.ts';
import { writeRecord } from '../../../src/record/store.ts';
import { findBaselines } from '../../../src/run/baselines.ts';
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

async function found(what: string): Promise<{ ids: string[]; reason: string | null }> {
  const { runs, reason } = await valuesOf(`p50(query) <= +10% ${what}`);
  return { ids: runs.map(({ id }) => id), reason };
}

/** Of the first promise, asked for together with the others. */
async function valuesOf(assert: string, ...others: readonly string[]) {
  const slo = [assert, ...others].map((text) => ({ assert: text, severity: 'fail' as const }));
  return (await findBaselines(slo, judged, { folder })).of({ text: assert, severity: 'fail' });
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
  const looked = await findBaselines(slo, { ...judged, id: 'pinned' }, { folder });
  expect(looked.of({ text: slo[0]!.assert, severity: 'fail' })).toEqual({
    runs: [],
    reason: 'a run is not held against itself',
  });
});

test('nothing is looked for where no promise is relative', async () => {
  await keep(recordOf('green', 3));
  const { runs, reason } = await valuesOf('p50(query) < 1s');
  expect(runs).toEqual([]);
  expect(reason).not.toBeNull();
});

test('one whose measurements are damaged or gone is passed over for the one before', async () => {
  await keep(...['a', 'b', 'c', 'd', 'e'].map((id, index) => recordOf(id, index + 1)));
  await rm(join(folder, 'e', 'latency.hlog'));
  await writeFile(join(folder, 'd', 'latency.hlog'), 'nothing of the kind');
  expect(await found('vs last_green')).toEqual({ ids: ['c'], reason: null });
  expect((await found('vs rolling_median(3)')).ids).toEqual(['c', 'b', 'a']);
});

test('one whose folder was renamed is read where it lies', async () => {
  await keep(recordOf('green', 3));
  await rename(join(folder, 'green'), join(folder, 'before-the-holidays'));
  expect(await found('vs last_green')).toEqual({ ids: ['green'], reason: null });
});

test('a run judged again by other promises is a copy, and none of the earlier runs', async () => {
  await keep(recordOf('green', 3), recordOf('copy', 4, { judgedFrom: 'green' }));
  expect((await found('vs last_green')).ids).toEqual(['green']);
});

test.each(['invalid', 'interrupted'] as const)('a pinned run that is %s has no values', async (status) => {
  const verdict = { status, reasons: ['its generator was saturated'], exitCode: 3 };
  await keep(recordOf('pinned', 2, { verdict }));
  const { ids, reason } = await found('vs pinned(pinned)');
  expect(ids).toEqual([]);
  expect(reason).toContain('the pinned run pinned is none to compare with');
});

const stop = {
  ...{ promise: 'error_rate < 5%', sinceMicros: 1e6, atMicros: 2e6, windowMicros: 1e6 },
  ...{ bad: 40, total: 40, allowedShare: 0.05 },
};
const none = { undoFailed: [], interrupted: null, invalid: [] };

test.each<[string, Partial<RunRecord>]>([
  ['is none to compare with: it was stopped by `error_rate < 5%`', { verdict: fail, stoppedBy: stop }],
  [
    'is none to compare with: its generator was saturated',
    { verdict: fail, grounds: { ...none, invalid: ['its generator was saturated'] } },
  ],
  [
    'is none to compare with: interrupted',
    { verdict: fail, grounds: { ...none, interrupted: 'interrupted' } },
  ],
  ['is none to compare with: left', { verdict: { status: 'fail', reasons: ['left'], exitCode: 4 } }],
  ['is the run first, judged again', { judgedFrom: 'first' }],
  ['is this run itself', { judgedFrom: 'now' }],
])('a pinned run that %s has no values, whatever its verdict', async (why, overrides) => {
  await keep(recordOf('pinned', 2, overrides));
  const { ids, reason } = await found('vs pinned(pinned)');
  expect(ids).toEqual([]);
  expect(reason).toContain(`the pinned run pinned ${why}`);
});

test('a pinned run whose measurements are gone is a reason, too', async () => {
  await keep(recordOf('pinned', 2));
  await rm(join(folder, 'pinned', 'latency.hlog'));
  const { ids, reason } = await found('vs pinned(pinned)');
  expect(ids).toEqual([]);
  expect(reason).not.toBeNull();
});

test('phases of an earlier run are those of the promises that are asked now', async () => {
  await keep(recordOf('green', 3));
  const steady = 'count(query) during steady >= -50% vs last_green';
  const counted = async (other: string): Promise<number> => {
    const [run] = (await valuesOf(steady, other)).runs;
    return run !== undefined && 'value' in run.of ? run.of.value : Number.NaN;
  };
  const { load, faults } = template.run;
  const beforeFault = template.slices
    .filter(({ series, startMicros }) => series === 'query' && startMicros >= load.warmupMicros)
    .filter(({ startMicros }) => startMicros < (faults[0]?.effectAtMicros ?? 0))
    .reduce((sum, { counts }) => sum + counts.started, 0);
  // Held to what it never keeps, it does not recover, and nothing is steady after the fault.
  expect(await counted('p50(query) < 1ms')).toBe(beforeFault);
  expect(await counted('p50(query) < 9s')).toBeGreaterThan(beforeFault);
});

test('promises of the same text with other rules are read by their own', async () => {
  await keep(recordOf('green', 3));
  const text = 'mean(query) <= +10% vs last_green';
  const slo = [1, 100_000].map((minSamples) => ({ assert: text, severity: 'fail' as const, minSamples }));
  const looked = await findBaselines(slo, judged, { folder });
  const one = (minSamples: number) => looked.of({ text, severity: 'fail', minSamples }).runs[0]?.of;
  expect(one(1)).toHaveProperty('value');
  expect(one(100_000)).toHaveProperty('why');
});

test('a run that is to be confirmed is no baseline of what confirms it', async () => {
  await keep(recordOf('green', 3), recordOf('suspected', 4));
  const assert = 'p50(query) <= +10% vs last_green';
  const slo = [{ assert, severity: 'fail' as const }];
  const looked = await findBaselines(slo, judged, { folder, except: 'suspected' });
  expect(looked.of({ text: assert, severity: 'fail' }).runs.map(({ id }) => id)).toEqual(['green']);
});

const on = (branch: string | null): Partial<RunRecord> => ({
  commit: { sha: 'a'.repeat(40), branch, at: null, dirty: false },
});

test.each<[string | null, string | null, readonly string[]]>([
  // The base branch looks at its own, and at those of which nobody knows the branch.
  ['main', 'origin/main', ['unknown', 'ours']],
  ['main', null, ['unknown', 'ours']],
  // Work on a branch looks at that branch and at its base.
  ['fast', 'main', ['unknown', 'theirs', 'ours']],
  ['refs/heads/fast', 'main', ['unknown', 'theirs', 'ours']],
  ['third', 'main', ['unknown', 'ours']],
  // Nobody knows which is the base, or which branch this is.
  ['third', null, ['unknown', 'theirs', 'ours']],
  [null, 'main', ['unknown', 'theirs', 'ours']],
])('a run on %s, where the base branch is %s, is held against %s', async (own, baseBranch, ids) => {
  await keep(recordOf('ours', 2, on('main')), recordOf('theirs', 3, on('fast')), recordOf('unknown', 4));
  const assert = 'p50(query) <= +10% vs rolling_median(3)';
  const slo = [{ assert, severity: 'fail' as const }];
  const looked = await findBaselines(slo, { ...judged, ...on(own) }, { folder, baseBranch });
  expect(looked.of({ text: assert, severity: 'fail' }).runs.map(({ id }) => id)).toEqual(ids);
});

test('where only other branches have runs the reason names those that count', async () => {
  await keep(recordOf('theirs', 3, on('fast')));
  const assert = 'p50(query) <= +10% vs last_green';
  const slo = [{ assert, severity: 'fail' as const }];
  const looked = await findBaselines(slo, { ...judged, ...on('main') }, { folder });
  const { runs, reason } = looked.of({ text: assert, severity: 'fail' });
  expect(runs).toEqual([]);
  expect(reason).toContain('no earlier run of main in');
});
