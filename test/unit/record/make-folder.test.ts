// Folders that users name: made with their parents, and where none can be made that is said, and never waited for.

import { existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writableFolder } from '../../../src/record/atomic.ts';
import { makeFolder } from '../../../src/record/make-folder.ts';

let above = '';
beforeEach(() => {
  above = mkdtempSync(join(tmpdir(), 'mettle-folder-'));
});
afterEach(() => {
  rmSync(above, { recursive: true, force: true });
});

const unwritable = { code: 'RECORD_UNWRITABLE', exitCode: 3 };

test('parents are made, of the mode that is asked for, and what is there stays', () => {
  const folder = join(above, 'a', 'b', 'c');
  makeFolder(folder, 0o700);
  for (const one of [folder, join(above, 'a')]) expect(statSync(one).mode & 0o777).toBe(0o700);
  writeFileSync(join(folder, 'kept'), '');
  makeFolder(folder);
  expect(existsSync(join(folder, 'kept'))).toBe(true);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});

test('a file or a link to nothing in the way is told with exit code 3', async () => {
  writeFileSync(join(above, 'file'), '');
  symlinkSync(join(above, 'nothing'), join(above, 'link'));
  for (const name of ['file', 'file/below', 'link', 'link/below'])
    await expect(writableFolder(join(above, name))).rejects.toMatchObject(unwritable);
});

test('a link to a folder is one', async () => {
  makeFolder(join(above, 'real'));
  symlinkSync(join(above, 'real'), join(above, 'link'));
  await writableFolder(join(above, 'link', 'below'));
  expect(existsSync(join(above, 'real', 'below'))).toBe(true);
});

// What never came back here would hold up this test until it is stopped from outside.
test.runIf(process.platform === 'linux')('where no folder can be made that is the answer', async () => {
  await expect(writableFolder('/proc/mettle')).rejects.toMatchObject(unwritable);
  await expect(writableFolder('/proc/mettle/reports')).rejects.toThrow(/none can be made there/);
});
