// Undo of a temporary folder: removed only when it is beyond doubt one that Mettle made.

import { lstat, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, isAbsolute, relative } from 'node:path';
import { errnoOf } from '../../kernel/errors.ts';
import { gone, textOf } from './undo-kind.ts';
import type { UndoKind } from './undo-kind.ts';

/** data: { path }, absolute, inside the system's temporary folder, named `mettle-…`. */
export const directoryUndo: UndoKind = {
  kind: 'directory',
  where: 'local',
  async undo(data) {
    const path = textOf(data, 'path');
    if (!(await exists(path))) return;
    await requireOurs(path);
    await rm(path, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 });
  },
  async verify(data) {
    const path = textOf(data, 'path');
    return (await exists(path)) ? `the folder ${path} is still there` : gone;
  },
};

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

async function requireOurs(path: string): Promise<void> {
  const refuse = (why: string): never => {
    throw new Error(`the folder ${path} is not removed: ${why}`);
  };
  if (!isAbsolute(path)) refuse('its path is not absolute');
  if (!basename(path).startsWith('mettle-')) refuse('its name does not begin with mettle-');
  // The parent is resolved, so that neither `..` nor a link leads outside; the folder itself must not be a link.
  const inside = relative(await realpath(tmpdir()), await realpath(dirname(path)));
  if (inside.startsWith('..') || isAbsolute(inside)) refuse(`it is not inside ${tmpdir()}`);
  const stat = await lstat(path);
  if (!stat.isDirectory()) refuse('it is not a folder');
  const user = process.getuid?.();
  // As root Mettle hands folders to an unprivileged account (PostgreSQL refuses to run as root).
  if (user !== undefined && user !== 0 && stat.uid !== user) refuse('it belongs to another user');
}
