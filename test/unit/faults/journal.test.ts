import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { finishJournal } from '../../../src/faults/finish.ts';
import { readJournal } from '../../../src/faults/journal-file.ts';
import { openJournal } from '../../../src/faults/journal.ts';
import type { Journal } from '../../../src/faults/journal.ts';
import { findLeftovers, listJournals, rollback } from '../../../src/faults/leftovers.ts';
import type { Json } from '../../../src/kernel/json.ts';
import type { UndoKind } from '../../../src/faults/undo/undo-kind.ts';

const hasty = { rounds: 3, pauseMs: 0, graceMs: 0, callTimeoutMs: 10 };

const nameOf = (data: { readonly [key: string]: Json }): string =>
  typeof data.name === 'string' ? data.name : '';

/** Things that exist in memory; `stubborn` ones survive so many attempts. */
function fakeKind(): UndoKind & {
  readonly there: Set<string>;
  readonly log: string[];
  stubborn: Map<string, number>;
  /** What it says when it resists. */
  resists: string;
} {
  const there = new Set<string>();
  const log: string[] = [];
  const stubborn = new Map<string, number>();
  return {
    ...{ kind: 'thing', where: 'local', there, log, stubborn, resists: 'it resists' },
    undo(data, snapshot) {
      const name = nameOf(data);
      log.push(snapshot === null ? `${name} (no snapshot)` : name);
      const attempts = stubborn.get(name) ?? 0;
      stubborn.set(name, attempts - 1);
      if (attempts > 0) return Promise.reject(new Error(this.resists));
      there.delete(name);
      return Promise.resolve();
    },
    verify: (data) => Promise.resolve(there.has(nameOf(data)) ? 'still there' : 'gone'),
  };
}

let folder: string;
let kind: ReturnType<typeof fakeKind>;
let journal: Journal;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mettle-journal-'));
  kind = fakeKind();
  journal = await openJournal({
    command: 'mettle run x.yml',
    stateFolder: folder,
    kinds: [kind],
    policy: hasty,
  });
});

afterEach(async () => {
  await journal.close().catch(() => undefined);
  await rm(folder, { recursive: true, force: true });
});

const begin = async (name: string) => {
  const tracked = await journal.track({ kind: 'thing', describe: `thing ${name}`, data: { name } });
  kind.there.add(name);
  await tracked.applied({ made: name });
  return tracked;
};

const outstandingOnDisk = async (): Promise<string[]> =>
  (await readJournal(journal.path))?.outstanding.map(({ describe }) => describe) ?? ['unreadable'];

describe('a journal', () => {
  it('has an intent on disk before acting, and the snapshot after', async () => {
    const tracked = await journal.track({ kind: 'thing', describe: 'thing a', data: { name: 'a' } });
    expect((await readJournal(journal.path))?.outstanding).toMatchObject([
      { data: { name: 'a' }, snapshot: null },
    ]);
    await tracked.applied({ made: 'a' });
    expect((await readJournal(journal.path))?.outstanding).toMatchObject([{ snapshot: { made: 'a' } }]);
  });

  it('is readable by its owner only', async () => {
    expect((await stat(journal.path)).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  it('forgets what its owner has undone itself', async () => {
    const tracked = await begin('a');
    await begin('b');
    await tracked.released();
    await tracked.released();
    expect(await outstandingOnDisk()).toEqual(['thing b']);
  });

  it('undoes last in, first out, and its file goes when nothing is outstanding', async () => {
    for (const name of ['a', 'b', 'c']) await begin(name);
    expect(await journal.undoAll()).toEqual({ undone: ['thing c', 'thing b', 'thing a'], failed: [] });
    expect(kind.log).toEqual(['c', 'b', 'a']);
    expect(await outstandingOnDisk()).toEqual([]);
    await journal.close();
    expect(await readdir(folder)).toEqual([]);
  });

  it('tries all although one fails, retries it, and keeps it when it will not go', async () => {
    for (const name of ['a', 'b', 'c']) await begin(name);
    kind.stubborn.set('b', 99);
    kind.stubborn.set('c', 2);
    const report = await journal.undoAll();
    expect(report.undone).toEqual(['thing a', 'thing c']);
    expect(report.failed).toEqual([{ describe: 'thing b', note: 'it resists; still there' }]);
    expect(await outstandingOnDisk()).toEqual(['thing b']);
    kind.stubborn.clear();
    expect((await journal.undoAll()).undone).toEqual(['thing b']);
  });

  it('undoes once when asked twice at the same time', async () => {
    await begin('a');
    const [first, second] = await Promise.all([journal.undoAll(), journal.undoAll()]);
    expect(first).toBe(second);
    expect(kind.log).toEqual(['a']);
  });

  it('begins nothing new once everything is being undone', async () => {
    await journal.undoAll();
    await expect(begin('late')).rejects.toMatchObject({ code: 'ENDING', exitCode: 130 });
  });

  it('undoes at once what came into being after it was undone', async () => {
    const tracked = await journal.track({ kind: 'thing', describe: 'thing a', data: { name: 'a' } });
    await journal.undoAll();
    kind.there.add('a');
    await expect(tracked.applied({ made: 'a' })).rejects.toMatchObject({ code: 'ENDING' });
    expect(kind.there.size).toBe(0);
    expect(journal.outstanding()).toEqual([]);
    expect(await outstandingOnDisk()).toEqual([]);
  });

  it('refuses to begin what nothing could undo', async () => {
    await expect(journal.track({ kind: 'unknown', describe: 'x', data: {} })).rejects.toMatchObject({
      code: 'UNDO_KIND',
    });
  });

  it('holds no password in what it tells people', async () => {
    const describe = 'schema in postgres://rag:hunter2@db/rag with DB_PASSWORD=hunter2';
    await journal.track({ kind: 'thing', describe, data: { name: 'a' } });
    kind.there.add('a');
    kind.resists = 'token: hunter2; by hand: curl -X DELETE https://toxi-token:8474/proxies/a';
    kind.stubborn.set('a', 99);
    await journal.undoAll();
    const [left] = (await readJournal(journal.path))?.outstanding ?? [];
    expect(left?.note).toContain(
      'token: [redacted]; by hand: curl -X DELETE https://toxi-token:8474/proxies/a',
    );
    expect(await outstandingOnDisk()).toEqual(['schema in postgres://db/rag with DB_PASSWORD=[redacted]']);
    expect(await readFile(journal.path, 'utf8')).not.toContain('hunter2');
  });

  it('keeps what an undo needs exactly, also where a name looks like a password', async () => {
    const data = {
      ...{ name: 'a', apiUrl: 'https://toxi-token:8474', dockerHost: 'tcp://secret:2375' },
      networks: [{ name: 'token: x', links: ['shop_token_1:token'], aliases: ['api-key'] }],
    };
    const tracked = await journal.track({ kind: 'thing', describe: 'thing a', data });
    await tracked.applied({ made: 'token:1' });
    const outstanding = (await readJournal(journal.path))?.outstanding;
    expect(outstanding).toMatchObject([{ data, snapshot: { made: 'token:1' } }]);
    expect(outstanding?.[0]?.data).toEqual(data);
  });

  it.each([
    ['a URL with a user', { url: 'http://user:hunter2@host:1/' }],
    ['a field that is named so', { deep: [{ 'api-key': 'hunter2' }] }],
    ['a setting', { options: { env: 'DB_PASSWORD=hunter2' } }],
  ])('refuses to begin what has a password in its undo: %s', async (_what, data) => {
    const refused = journal.track({ kind: 'thing', describe: 'thing with hunter2', data });
    await expect(refused).rejects.toMatchObject({ code: 'UNDO_SECRET', exitCode: 2 });
    await expect(refused).rejects.not.toThrow('hunter2');
    expect(journal.outstanding()).toEqual([]);
    expect(await readFile(journal.path, 'utf8')).not.toContain('hunter2');
  });

  it('survives lines being written at the same time', async () => {
    await Promise.all(Array.from({ length: 50 }, (_, index) => begin(`n${index}`)));
    const content = await readJournal(journal.path);
    expect(content?.damagedLines).toBe(0);
    expect(content?.outstanding).toHaveLength(50);
  });
});

describe('a journal read after a crash', () => {
  it('ignores a torn last line, and loses nothing that is written after it', async () => {
    await begin('a');
    kind.stubborn.set('a', 3);
    await appendFile(journal.path, '{"event":"intent","id":"9","kind":"thing","desc');
    expect(await outstandingOnDisk()).toEqual(['thing a']);
    expect((await finishJournal(journal.path, hasty, [kind])).failed).toHaveLength(1);
    const content = await readJournal(journal.path);
    expect(content).toMatchObject({ damagedLines: 0, outstanding: [{ note: 'it resists; still there' }] });
    expect(await finishJournal(journal.path, hasty, [kind])).toEqual({ undone: ['thing a'], failed: [] });
    expect(await readdir(folder)).toEqual([]);
  });

  it('says so when a line inside it makes no sense, and is then not thrown away', async () => {
    await begin('a');
    await appendFile(journal.path, 'nonsense\n');
    await begin('b');
    const report = await finishJournal(journal.path, hasty, [kind]);
    expect(report.undone).toEqual(['thing b', 'thing a']);
    expect(report.failed[0]?.note).toContain('1 of its lines cannot be read');
    expect(await readdir(folder)).toHaveLength(1);
  });

  it('is undone without its snapshot when acting was never confirmed', async () => {
    await journal.track({ kind: 'thing', describe: 'thing a', data: { name: 'a' } });
    kind.there.add('a');
    expect((await finishJournal(journal.path, hasty, [kind])).failed).toEqual([]);
    expect(kind.log).toEqual(['a (no snapshot)']);
    expect(await readdir(folder)).toEqual([]);
  });

  it('keeps what cannot be undone, with the reason', async () => {
    await begin('a');
    kind.stubborn.set('a', 99);
    expect((await finishJournal(journal.path, hasty, [kind])).failed).toHaveLength(1);
    expect((await readJournal(journal.path))?.outstanding).toMatchObject([
      { note: 'it resists; still there' },
    ]);
  });

  it('does not touch kinds of a version it does not know', async () => {
    await begin('a');
    const report = await finishJournal(journal.path, hasty, []);
    expect(report.failed[0]?.note).toContain('cannot undo a thing');
  });
});

describe('leftovers', () => {
  const orphan = async (lines: readonly object[]): Promise<string> => {
    const header = {
      journal: 1,
      pid: 1,
      startTime: 'long ago',
      command: 'mettle run y.yml',
      childToken: '0123456789',
    };
    const path = join(folder, 'journal-orphan.ndjson');
    const all = [{ ...header, createdAt: '2020-01-01T00:00:00.000Z' }, ...lines];
    await writeFile(path, all.map((line) => `${JSON.stringify(line)}\n`).join(''));
    return path;
  };
  const intent = {
    event: 'intent',
    id: '1',
    kind: 'directory',
    describe: 'a folder',
    data: { path: '/nowhere/mettle-x' },
  };

  it('are journals of the dead with something outstanding, never those of the living', async () => {
    await begin('a');
    await orphan([intent]);
    expect((await listJournals(folder)).map(({ state }) => state)).toEqual(['left behind', 'active']);
    expect(await findLeftovers(folder)).toMatchObject([
      { command: 'mettle run y.yml', outstanding: [{ kind: 'directory', describe: 'a folder' }] },
    ]);
    expect((await rollback(folder)).undone).toEqual(['a folder']);
    expect(await outstandingOnDisk()).toEqual(['thing a']);
    expect(await findLeftovers(folder)).toEqual([]);
  });

  it('are none when everything was released', async () => {
    await orphan([intent, { event: 'released', id: '1' }]);
    expect(await findLeftovers(folder)).toEqual([]);
  });

  it('name a journal that cannot be read, instead of passing over it', async () => {
    await writeFile(join(folder, 'journal-broken.ndjson'), 'nonsense\n');
    expect((await findLeftovers(folder))[0]?.outstanding[0]?.describe).toContain('journal-broken');
    expect((await rollback(folder)).failed).toHaveLength(1);
    expect(await readdir(folder)).toContain('journal-broken.ndjson');
  });

  it('are none where there is no state folder', async () => {
    expect(await listJournals(join(folder, 'missing'))).toEqual([]);
  });
});
