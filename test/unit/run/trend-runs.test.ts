// Where a trend finds its runs: histories and records, each run once, what cannot be read named.

import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { appendHistory } from '../../../src/record/history.ts';
import { writeRecord } from '../../../src/record/store.ts';
import { historyEntryOf } from '../../../src/run/history-entry.ts';
import { findRuns } from '../../../src/run/trend-runs.ts';
import { realisticRun } from '../../support/run-data.ts';

vi.mock('node:fs/promises', async (original) => {
  const real = await original<{ readdir: typeof readdir }>();
  return { ...real, readdir: vi.fn(real.readdir) };
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mettle-trend-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function keep(data = realisticRun()): Promise<string> {
  const at = join(folder, data.run.id);
  await mkdir(at);
  await writeRecord(at, data);
  return at;
}

it('reads a record, its folder, or the folder above, and what is asked about besides', async () => {
  const record = await keep();
  const data = realisticRun();
  for (const named of [record, join(record, 'run.json'), folder]) {
    const { entries, skipped } = await findRuns([named], ['p10']);
    expect(skipped).toEqual([]);
    expect(entries.map(({ id }) => id)).toEqual([data.run.id]);
    expect(entries[0]!.values.find(({ metric }) => metric === 'p10')?.value).toBeTypeOf('number');
  }
});

it('a run in the history and among the records counts once; the record adds what is asked about', async () => {
  await keep();
  const data = realisticRun();
  const kept = { ...historyEntryOf(data), unfit: 'something was left behind' };
  await appendHistory(join(folder, 'history'), kept);
  const { entries } = await findRuns([folder], ['p10']);
  expect(entries).toHaveLength(1);
  expect(entries[0]!.unfit).toBe('something was left behind');
  expect(entries[0]!.values.some(({ metric }) => metric === 'p10')).toBe(true);
});

it('passes over what cannot be read, and says so', async () => {
  const record = await keep();
  await rm(join(record, 'latency.hlog'));
  await mkdir(join(folder, 'history'));
  await writeFile(join(folder, 'history', 'torn.json'), '{');
  const { entries, skipped } = await findRuns([folder], []);
  expect(entries).toEqual([]);
  expect(skipped).toHaveLength(2);
  expect(skipped.join('\n')).toMatch(/torn\.json is passed over: it is not JSON/);
  expect(skipped.join('\n')).toMatch(/is passed over: .*latency\.hlog is missing/);
});

it('a copy that was judged again is no run of its own', async () => {
  const data = realisticRun();
  await keep({ ...data, run: { ...data.run, judgedFrom: 'another' } });
  expect(await findRuns([folder], [])).toEqual({ entries: [], skipped: [] });
});

it('refuses a folder that is not there', async () => {
  await expect(findRuns([join(folder, 'none')], [])).rejects.toMatchObject({
    code: 'NO_RECORDS',
    exitCode: 2,
  });
});

it('refuses a folder that may not be read', async () => {
  const denied = Object.assign(new Error('EACCES: permission denied, scandir'), { code: 'EACCES' });
  vi.mocked(readdir).mockRejectedValue(denied);
  await expect(findRuns([folder], [])).rejects.toMatchObject({
    ...{ code: 'RECORD_NOT_FOUND', exitCode: 2, message: `${folder} cannot be read: permission denied` },
    hint: 'Allow it to be read, or name other records.',
  });
  vi.mocked(readdir).mockReset();
});

it('passes over a record whose document is a folder', async () => {
  await mkdir(join(folder, 'odd', 'run.json'), { recursive: true });
  const { skipped } = await findRuns([folder], []);
  expect(skipped).toEqual([expect.stringMatching(/run\.json cannot be read: it is a folder/)]);
});
