import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listJournals } from '../../../src/faults/leftovers.ts';
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
