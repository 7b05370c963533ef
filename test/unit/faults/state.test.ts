import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findLeftovers, listJournals, rollback } from '../../../src/faults/leftovers.ts';
import { lockTarget } from '../../../src/faults/lock.ts';
import { openStateFolder, stateFolderPath } from '../../../src/faults/state-folder.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mettle-state-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('the state folder', () => {
  it.each([
    [{ METTLE_STATE_DIR: '/own', XDG_STATE_HOME: '/xdg' }, '/own'],
    [{ XDG_STATE_HOME: '/xdg' }, '/xdg/mettle'],
    [{ XDG_STATE_HOME: 'relative' }, join(homedir(), '.local/state/mettle')],
    [{ METTLE_STATE_DIR: '' }, join(homedir(), '.local/state/mettle')],
  ])('with %o is %s', (environment, expected) => {
    expect(stateFolderPath(environment)).toBe(expected);
  });

  it('is closed to others, also when it was open', async () => {
    await chmod(folder, 0o755);
    await openStateFolder(folder);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    const made = await openStateFolder(join(folder, 'a', 'b'));
    expect((await stat(made)).mode & 0o777).toBe(0o700);
  });

  it('that is a link is not followed', async () => {
    await mkdir(join(folder, 'real'));
    await symlink(join(folder, 'real'), join(folder, 'link'));
    await expect(openStateFolder(join(folder, 'link'))).rejects.toMatchObject({ code: 'STATE_FOLDER' });
  });

  it('that cannot be used is one clear error', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(listJournals(join(folder, 'file'))).rejects.toMatchObject({
      code: 'STATE_FOLDER',
      exitCode: 2,
    });
    await expect(openStateFolder(join(folder, 'file'))).rejects.toMatchObject({
      code: 'STATE_FOLDER',
      exitCode: 2,
    });
  });
});

describe('what lies in the state folder', () => {
  const header = {
    journal: 1,
    pid: 1,
    startTime: 'long ago',
    command: 'mettle run y.yml',
    childToken: '0123456789',
  };
  const intent = { event: 'intent', id: '1', kind: 'directory', describe: 'a folder' };
  let victim: string;

  /** A journal whose undo would remove `victim`. */
  async function plant(path: string, mode: number): Promise<void> {
    victim = await mkdtemp(join(tmpdir(), 'mettle-victim-'));
    const lines = [
      { ...header, createdAt: '2020-01-01T00:00:00.000Z' },
      { ...intent, data: { path: victim } },
    ];
    await writeFile(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    await chmod(path, mode);
  }
  const refused = async (why: RegExp): Promise<void> => {
    const [found] = await findLeftovers(folder);
    expect(found).toMatchObject({ state: 'left behind', outstanding: [{ kind: 'journal' }] });
    expect(found?.outstanding[0]?.note).toMatch(why);
    const report = await rollback(folder);
    expect(report.undone).toEqual([]);
    expect(report.failed[0]?.note).toMatch(why);
    expect(existsSync(victim)).toBe(true);
  };

  afterEach(async () => {
    await rm(victim, { recursive: true, force: true });
  });

  it('is undone when it is a journal of this user alone', async () => {
    await plant(join(folder, 'journal-own.ndjson'), 0o600);
    expect((await rollback(folder)).undone).toEqual(['a folder']);
    expect(existsSync(victim)).toBe(false);
  });

  it('is named and not acted upon when others may write to it', async () => {
    await plant(join(folder, 'journal-open.ndjson'), 0o666);
    await refused(/others may write to it/);
  });

  it('is named and not acted upon when it is a link', async () => {
    await plant(join(folder, 'elsewhere'), 0o600);
    await symlink(join(folder, 'elsewhere'), join(folder, 'journal-link.ndjson'));
    await refused(/a link, which is not followed/);
  });

  it.runIf(process.getuid?.() === 0)('is named and not acted upon when it is another user’s', async () => {
    await plant(join(folder, 'journal-other.ndjson'), 0o600);
    await chown(join(folder, 'journal-other.ndjson'), 65_534, 65_534);
    await refused(/belongs to another user/);
  });

  it('does not hold anyone up when it is a pipe', async () => {
    victim = join(folder, 'none');
    execFileSync('mkfifo', [join(folder, 'journal-pipe.ndjson')]);
    expect((await findLeftovers(folder))[0]?.outstanding[0]?.note).toMatch(/no plain file/);
  });
});

describe('the lock of a target', () => {
  it('is held by one command at a time', async () => {
    const lock = await lockTarget('rag', folder);
    await expect(lockTarget('rag', folder)).rejects.toMatchObject({ code: 'TARGET_LOCKED', exitCode: 2 });
    const other = await lockTarget('another', folder);
    await lock.release();
    await lock.release();
    const again = await lockTarget('rag', folder);
    await again.release();
    await other.release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('of a process that is gone, or whose pid belongs to another now, is taken over', async () => {
    const lock = await lockTarget('rag', folder);
    const [name] = await readdir(folder);
    const path = join(folder, name!);
    for (const stale of [
      { target: 'rag', pid: process.pid, startTime: 'another life' },
      { target: 'rag', pid: 2 ** 22 + 5, startTime: '1' },
    ]) {
      await writeFile(path, JSON.stringify(stale));
      const taken = await lockTarget('rag', folder);
      await expect(lockTarget('rag', folder)).rejects.toMatchObject({ code: 'TARGET_LOCKED' });
      await taken.release();
    }
    await lock.release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('is never held by two, however many want it at once', async () => {
    let holders = 0;
    let most = 0;
    const contend = async (): Promise<void> => {
      const lock = await lockTarget('rag', folder).catch(() => undefined);
      if (lock === undefined) return;
      holders += 1;
      most = Math.max(most, holders);
      await new Promise((resolve) => setTimeout(resolve, 2));
      holders -= 1;
      await lock.release();
    };
    for (let round = 0; round < 10; round += 1) await Promise.all(Array.from({ length: 8 }, contend));
    expect(most).toBe(1);
    expect(await readdir(folder)).toEqual([]);
  });

  it('that is no claim of any Mettle counts for nothing', async () => {
    const lock = await lockTarget('rag', folder);
    const [name] = await readdir(folder);
    await writeFile(join(folder, name!), '{"torn');
    const again = await lockTarget('rag', folder);
    await again.release();
    await lock.release();
  });
});
