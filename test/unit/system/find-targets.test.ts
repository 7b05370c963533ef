// Targets by name and by path.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findTarget, listTargets } from '../../../src/system/find-targets.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'test-targets-'));
  for (const name of ['zebra', 'ant']) {
    mkdirSync(join(folder, 'targets', name), { recursive: true });
    writeFileSync(join(folder, 'targets', name, 'target.yml'), `name: ${name}\n`);
  }
  mkdirSync(join(folder, 'targets', 'empty'));
  vi.spyOn(process, 'cwd').mockReturnValue(folder);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const fileOf = (name: string): string => join(folder, 'targets', name, 'target.yml');

describe('targets in reach', () => {
  it('are the folders with a target file, by name', async () => {
    const names = (await listTargets()).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['ant', 'zebra']));
    expect(names.indexOf('ant')).toBeLessThan(names.indexOf('zebra'));
    expect(names).not.toContain('empty');
    expect((await listTargets()).find(({ name }) => name === 'ant')?.file).toBe(fileOf('ant'));
  });

  it('are found by name from anywhere, and by the path of their file or folder from where the scenario stands', async () => {
    expect(await findTarget('ant', '/elsewhere')).toBe(fileOf('ant'));
    expect(await findTarget('targets/zebra', folder)).toBe(fileOf('zebra'));
    expect(await findTarget('../zebra/target.yml', join(folder, 'targets', 'ant'))).toBe(fileOf('zebra'));
  });

  it('that are not there are an error that names those that are', async () => {
    for (const reference of ['bee', 'empty', './targets/empty', 'targets/ant/other.yml']) {
      await expect(findTarget(reference, folder)).rejects.toMatchObject({
        code: 'TARGET_NOT_FOUND',
        exitCode: 2,
      });
    }
    await expect(findTarget('bee')).rejects.toHaveProperty('hint', expect.stringContaining('ant'));
  });
});
