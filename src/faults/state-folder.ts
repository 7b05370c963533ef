// Where journals and locks are kept: a folder that only this user can write, because what is in it gets acted upon.

import { chmod, lstat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { messageOf, MettleError } from '../kernel/errors.ts';
import { makeFolder } from '../record/make-folder.ts';

/** METTLE_STATE_DIR, else $XDG_STATE_HOME/mettle, else ~/.local/state/mettle. Touches nothing. */
export function stateFolderPath(environment: NodeJS.ProcessEnv = process.env): string {
  const own = environment.METTLE_STATE_DIR;
  if (own !== undefined && own !== '') return resolve(own);
  const shared = environment.XDG_STATE_HOME;
  // The XDG specification: a relative path there is invalid and to be ignored.
  if (shared !== undefined && isAbsolute(shared)) return join(shared, 'mettle');
  return join(homedir(), '.local', 'state', 'mettle');
}

/** Makes the folder (mode 0700), or closes it to others. Throws STATE_FOLDER when it cannot be trusted or written. */
export async function openStateFolder(folder: string = stateFolderPath()): Promise<string> {
  try {
    makeFolder(folder, 0o700);
    const stat = await lstat(folder);
    const user = process.getuid?.();
    if (!stat.isDirectory()) throw new Error('it is not a folder');
    if (user !== undefined && stat.uid !== user) throw new Error('it belongs to another user');
    if (user !== undefined && (stat.mode & 0o077) !== 0) await chmod(folder, 0o700);
    return folder;
  } catch (error) {
    throw unusable(folder, error);
  }
}

export const unusable = (folder: string, error: unknown): MettleError =>
  new MettleError({
    code: 'STATE_FOLDER',
    message: `the state folder ${folder} cannot be used: ${messageOf(error)}`,
    hint: 'set METTLE_STATE_DIR to a folder of your own that can be written',
    cause: error,
  });
