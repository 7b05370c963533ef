// Reading what gets acted upon: a file of this user's that nobody else can write, and not what a link leads to.

import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { errnoOf } from '../kernel/errors.ts';

const writableByOthers = 0o022;

/** The whole text. Rejects with Node's error, or when the file is not this user's alone to write. */
export async function readOwnFile(path: string): Promise<string> {
  // A pipe in its place must not hold the reader up.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, process.platform === 'win32' ? 'r' : flags).catch((error: unknown) => {
    throw errnoOf(error) === 'ELOOP' ? new Error('it is a link, which is not followed') : error;
  });
  try {
    const stat = await file.stat();
    const user = process.getuid?.();
    if (!stat.isFile()) throw new Error('it is no plain file');
    if (user !== undefined && stat.uid !== user) throw new Error('it belongs to another user');
    if (user !== undefined && (stat.mode & writableByOthers) !== 0) throw new Error('others may write to it');
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}
