// The history on disk: added once, read in order of time, and what is no entry passed over with a sentence.

import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { appendHistory, readHistory } from '../../../src/record/history.ts';
import type { HistoryEntry } from '../../../src/record/history-schema.ts';
import { entryOf } from '../../support/history.ts';

let above = '';
let folder = '';
beforeEach(async () => {
  above = await mkdtemp(join(tmpdir(), 'mettle-history-'));
  folder = join(above, 'history');
});
afterEach(() => rm(above, { recursive: true, force: true }));

const ids = (entries: readonly HistoryEntry[]): string[] => entries.map(({ id }) => id);

test('there is none yet', async () => {
  expect(await readHistory(folder)).toEqual({ entries: [], skipped: [] });
});

test('what was added is read as it was, by time, whatever the names are', async () => {
  const [late, early] = [entryOf({ id: 'a', day: 9 }), entryOf({ id: 'b', day: 2 })];
  expect(await appendHistory(folder, late)).toBe(true);
  expect(await appendHistory(folder, early)).toBe(true);
  expect(await readHistory(folder)).toEqual({ entries: [early, late], skipped: [] });
  expect((await readdir(folder)).sort()).toEqual(['a.json', 'b.json']);
});

test('a run is added once, and what is there stays as it is', async () => {
  const entry = entryOf({ id: 'a' });
  await appendHistory(folder, entry);
  expect(await appendHistory(folder, { ...entry, variant: 'other' })).toBe(false);
  expect((await readHistory(folder)).entries).toEqual([entry]);
  expect(await readdir(folder)).toEqual(['a.json']);
});

test('many at a time leave one file each and nothing else', async () => {
  const all = Array.from({ length: 40 }, (_, index) => entryOf({ id: `run-${index % 20}` }));
  const added = await Promise.all(all.map((entry) => appendHistory(folder, entry)));
  expect(added.filter(Boolean)).toHaveLength(20);
  expect(await readdir(folder)).toHaveLength(20);
});

test('an id that is no name of a file is refused', async () => {
  await expect(appendHistory(folder, entryOf({ id: '../../evil' }))).rejects.toThrow();
  expect(await readdir(above)).toEqual([]);
});

test('a folder that cannot be written is told with exit code 3', async () => {
  await writeFile(folder, 'a file');
  await expect(appendHistory(folder, entryOf({ id: 'a' }))).rejects.toMatchObject({
    code: 'RECORD_UNWRITABLE',
    exitCode: 3,
  });
  const { entries, skipped } = await readHistory(folder);
  expect(entries).toEqual([]);
  expect(skipped).toEqual([expect.stringContaining('cannot be read')]);
});

test.each<[string, string, RegExp]>([
  ['torn.json', '{"formatVersion":1,"id":"to', /torn\.json is passed over: it is not JSON/],
  ['empty.json', '', /it is not JSON/],
  ['foreign.json', '{"name":"package"}', /no entry of a history/],
  ['list.json', '[]', /no entry of a history/],
  ['null.json', 'null', /no entry of a history/],
  ['newer.json', JSON.stringify({ ...entryOf({ id: 'n' }), formatVersion: 2 }), /a newer Mettle wrote it/],
  ['older.json', JSON.stringify({ ...entryOf({ id: 'n' }), formatVersion: 0 }), /formatVersion/],
  ['when.json', JSON.stringify({ ...entryOf({ id: 'n' }), startedAt: 'yesterday' }), /startedAt/],
  ['evil.json', JSON.stringify({ ...entryOf({ id: 'n' }), id: '../x' }), /: id: /],
  ['long.json', ' '.repeat(5_000_000), /too long/],
])('%s is passed over with its reason, and the others count', async (name, text, reason) => {
  await appendHistory(folder, entryOf({ id: 'good' }));
  await writeFile(join(folder, name), text);
  const { entries, skipped } = await readHistory(folder);
  expect(ids(entries)).toEqual(['good']);
  expect(skipped).toHaveLength(1);
  expect(skipped[0]).toMatch(reason);
});

test('what is not meant to be an entry needs no word: notes, files of git, folders of other names', async () => {
  await appendHistory(folder, entryOf({ id: 'good' }));
  await writeFile(join(folder, '.gitkeep'), '');
  await writeFile(join(folder, 'README.md'), 'the history');
  await writeFile(join(folder, '.good.1234.json'), '{');
  await mkdir(join(folder, 'sub'));
  expect(await readHistory(folder)).toMatchObject({ entries: [{ id: 'good' }], skipped: [] });
  await mkdir(join(folder, 'folder.json'));
  expect((await readHistory(folder)).skipped).toHaveLength(1);
});

test('a copy of an entry under another name never takes its place', async () => {
  const entry = entryOf({ id: 'r0003', value: 100_000 });
  await appendHistory(folder, entry);
  const copy = { ...entryOf({ id: 'r0003', value: 555 }), scenario: { name: 'other', hash: 'b'.repeat(64) } };
  for (const name of ['a-copy.json', 'z-copy.json'])
    await writeFile(join(folder, name), JSON.stringify(copy));
  const { entries, skipped } = await readHistory(folder);
  expect(entries).toEqual([entry]);
  expect(skipped).toHaveLength(2);
  expect(skipped[0]).toContain('it tells of the run r0003, whose file is r0003.json');
});

test.each(['{"formatVersion":1,"id":"r0001', '', JSON.stringify(entryOf({ id: 'other' }))])(
  'what is under its name and does not tell of it gives way: %s',
  async (text) => {
    await mkdir(folder);
    await writeFile(join(folder, 'r0001.json'), text);
    const entry = entryOf({ id: 'r0001' });
    expect(await appendHistory(folder, entry)).toBe(true);
    expect(await readHistory(folder)).toEqual({ entries: [entry], skipped: [] });
    expect(await readdir(folder)).toEqual(['r0001.json']);
    expect(await appendHistory(folder, entry)).toBe(false);
  },
);

test('what a newer Mettle wrote stays, and a folder or a link in the way is told or replaced', async () => {
  await mkdir(join(folder, 'folder.json'), { recursive: true });
  await expect(appendHistory(folder, entryOf({ id: 'folder' }))).rejects.toMatchObject({ exitCode: 3 });
  await symlink(join(folder, 'nothing'), join(folder, 'link.json'));
  expect(await appendHistory(folder, entryOf({ id: 'link' }))).toBe(true);
  const text = JSON.stringify({ ...entryOf({ id: 'newer' }), formatVersion: 2, more: true });
  await writeFile(join(folder, 'newer.json'), text);
  expect(await appendHistory(folder, entryOf({ id: 'newer' }))).toBe(false);
  expect(await readFile(join(folder, 'newer.json'), 'utf8')).toBe(text);
});

test.skipIf(process.platform === 'win32')('a pipe is passed over, nobody waits for it', async () => {
  await appendHistory(folder, entryOf({ id: 'a' }));
  execFileSync('mkfifo', [join(folder, 'x.json')]);
  await mkdir(join(folder, 'y.json'));
  const { entries, skipped } = await readHistory(folder);
  expect(ids(entries)).toEqual(['a']);
  expect(skipped).toEqual(
    ['x', 'y'].map((name) => `${join(folder, name)}.json is passed over: it is no file`),
  );
});
