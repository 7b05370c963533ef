// A folder of our own under the system's temporary one, journalled before it exists and verified gone after.

import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf, MettleError } from '../kernel/errors.ts';
import type { Tracker } from '../kernel/ports.ts';

export interface TempFolder {
  readonly path: string;
  /** Removes it with all that is in it. Throws FOLDER_NOT_REMOVED (exit code 4); the journal then keeps it. */
  remove(): Promise<void>;
}

/** `<tmpdir>/mettle-<purpose>-<random>`, readable by its owner alone. */
export async function createTempFolder(purpose: string, tracker: Tracker): Promise<TempFolder> {
  const path = join(tmpdir(), `mettle-${purpose}-${randomBytes(6).toString('hex')}`);
  const tracked = await tracker.track({
    kind: 'directory',
    describe: `temporary folder ${path}`,
    data: { path },
  });
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    await tracked.released();
    throw new MettleError({
      code: 'TEMP_NOT_WRITABLE',
      message: `no temporary folder can be made: ${messageOf(error)}`,
      hint: 'make room there, or point TMPDIR at a folder that can be written',
      cause: error,
    });
  }
  await tracked.applied({});
  return {
    path,
    remove: async () => {
      await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
      if (existsSync(path)) {
        throw new MettleError({
          code: 'FOLDER_NOT_REMOVED',
          message: `the temporary folder ${path} could not be removed`,
          hint: 'remove it by hand',
          exitCode: 4,
        });
      }
      await tracked.released();
    },
  };
}
