// A state folder knows itself again, and commands that first use it at once agree.

import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { stateOwner } from '../../../src/faults/state-owner.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mettle-test-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('is drawn once, also by many at once, and leaves one file', async () => {
  const first = await Promise.all(Array.from({ length: 20 }, () => stateOwner(folder)));
  expect(new Set(first).size).toBe(1);
  expect(await stateOwner(folder)).toBe(first[0]);
  expect(await readdir(folder)).toEqual(['owner']);
});

it('is another one for another folder', async () => {
  expect(await stateOwner(join(folder, 'other'))).not.toBe(await stateOwner(folder));
});

it('is refused when the file holds something else', async () => {
  await writeFile(join(folder, 'owner'), 'me');
  await expect(stateOwner(folder)).rejects.toMatchObject({ code: 'STATE_FOLDER', exitCode: 2 });
});
