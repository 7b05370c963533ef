// Files that cannot be written: one error that says why, whatever else fails with it.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { writeFileAtomic } from '../../../src/record/atomic.ts';

test('a folder that is a file is said to be one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mettle-atomic-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'runs'), '');
  await expect(writeFileAtomic(join(folder, 'runs', 'run.json'), '{}')).rejects.toMatchObject({
    code: 'RECORD_UNWRITABLE',
    exitCode: 3,
    message: expect.stringContaining('a part of the path is a file') as string,
  });
});
