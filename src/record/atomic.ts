// Files that are either whole or absent: written beside, flushed, renamed into place.

import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errnoOf, exitCodes, messageOf, MettleError } from '../kernel/errors.ts';
import { makeFolder } from './make-folder.ts';

/** Creates the folder (and parents) and proves that it can be written. Throws MettleError RECORD_UNWRITABLE (exit 3). */
export async function writableFolder(folder: string): Promise<string> {
  try {
    makeFolder(folder);
    const probe = join(folder, `.probe-${randomBytes(4).toString('hex')}`);
    await (await open(probe, 'wx')).close();
    await rm(probe);
    return folder;
  } catch (error) {
    throw unwritable(folder, error);
  }
}

/** Writes text atomically. Throws MettleError RECORD_UNWRITABLE (exit 3). */
export async function writeFileAtomic(path: string, text: string): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString('hex')}`);
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    // That it cannot be removed either says nothing new, e.g. where the folder is a file.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw unwritable(path, error);
  }
}

/** What cannot be written, and why, as people read it. */
export function unwritable(path: string, error: unknown): MettleError {
  const causes: Readonly<Record<string, string>> = {
    EACCES: 'permission denied',
    EPERM: 'operation not permitted',
    EROFS: 'the file system is read-only',
    ENOSPC: 'the disk is full',
    ENOTDIR: 'a part of the path is a file',
    EEXIST: 'a file of that name is in the way',
    ENOENT: 'there is no such folder, and none can be made there',
  };
  const cause = causes[errnoOf(error) ?? ''] ?? messageOf(error);
  return new MettleError({
    code: 'RECORD_UNWRITABLE',
    message: `cannot write ${path}: ${cause}`,
    hint: 'Choose another folder with --out <dir>.',
    exitCode: exitCodes.invalid,
    cause: error,
  });
}
