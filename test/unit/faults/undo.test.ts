import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { patient, undoOnce } from '../../../src/faults/undo/attempt.ts';
import { undoKinds } from '../../../src/faults/undo/registry.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mettle-undo-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const undo = async (kind: string, data: Record<string, string>): Promise<string | null> =>
  (await undoOnce({ id: '1', kind, describe: 'x', data, snapshot: null, note: null }, undoKinds, patient))
    .note;

describe('undoing a folder', () => {
  it('removes one of ours with everything in it, and is content when it is not there', async () => {
    const path = join(folder, 'mettle-a');
    await mkdir(join(path, 'deep'), { recursive: true });
    expect(await undo('directory', { path })).toBeNull();
    expect(existsSync(path)).toBe(false);
    expect(await undo('directory', { path })).toBeNull();
  });

  it('leaves alone what may not be ours', async () => {
    const precious = join(folder, 'precious');
    await mkdir(precious);
    await mkdir(join(folder, 'mettle-a'));
    await writeFile(join(folder, 'mettle-file'), '');
    await symlink(precious, join(folder, 'mettle-link'));
    const outside = join(process.cwd(), 'test');
    await symlink(outside, join(folder, 'outside'));
    for (const [path, why] of [
      [precious, 'its name does not begin'],
      [`${folder}/mettle-a/..`, 'its name does not begin'],
      [join(folder, 'mettle-file'), 'not a folder'],
      [join(folder, 'mettle-link'), 'not a folder'],
      [tmpdir(), 'its name does not begin'],
    ] as const) {
      expect(await undo('directory', { path })).toContain(why);
      expect(existsSync(path)).toBe(true);
    }
    expect(existsSync(outside)).toBe(true);
  });

  it('does not follow links out of the temporary folder', async () => {
    const base = await mkdtemp(join(tmpdir(), 'undo-test-'));
    const [temporary, elsewhere] = [join(base, 'tmp'), join(base, 'elsewhere')];
    await mkdir(temporary);
    await mkdir(join(elsewhere, 'mettle-a'), { recursive: true });
    await symlink(elsewhere, join(temporary, 'way-out'));
    const before = process.env['TMPDIR'];
    process.env['TMPDIR'] = temporary;
    try {
      expect(await undo('directory', { path: join(temporary, 'way-out', 'mettle-a') })).toContain(
        'it is not inside',
      );
      expect(await undo('directory', { path: join(elsewhere, 'mettle-a') })).toContain('it is not inside');
      expect(existsSync(join(elsewhere, 'mettle-a'))).toBe(true);
    } finally {
      if (before === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = before;
      await rm(base, { recursive: true, force: true });
    }
  });
});

describe('an undo', () => {
  it.each([
    ['proxy', { apiUrl: 'http://127.0.0.1:1', proxyName: 'somebody_elses' }, 'not one that Mettle made'],
    ['schema', { urlVariable: 'NOWHERE', schema: 'public' }, 'not one that Mettle made'],
    ['schema', { urlVariable: 'NOWHERE', schema: 'mettle_"; DROP' }, 'not one that Mettle made'],
    ['schema', { urlVariable: 'METTLE_TEST_NOWHERE', schema: 'mettle_a1' }, 'set METTLE_TEST_NOWHERE'],
    ['process', {}, 'has no token'],
    ['toxic', { apiUrl: 'http://127.0.0.1:1' }, 'has no proxyName'],
    ['unheard-of', {}, 'cannot undo'],
  ])('of %s %o is refused: %s', async (kind, data, expected) => {
    expect(await undo(kind, data)).toContain(expected);
  });
});
