// Open descriptors of processes, and the sockets among them: counted in small portions, so that nothing else waits long.

import { readlinkSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { errnoOf } from '../kernel/errors.ts';

/** What cannot be counted is absent, never zero. */
export interface OpenFiles {
  readonly openFiles?: number;
  readonly sockets?: number;
}

/** Of a tree with more descriptors than this its sockets are not counted; of one process with more, not all are listed. */
const mostLookedAt = 16_384;
/** So many are asked what they are before others have their turn: well under a millisecond. */
const portion = 128;

const closedMeanwhile = (error: unknown): boolean => ['ENOENT', 'ESRCH'].includes(errnoOf(error) ?? '');

/** Over all the given processes: a descriptor that two of them share counts in each. Never rejects. */
export async function countOpenFiles(pids: readonly number[], folder = '/proc'): Promise<OpenFiles> {
  try {
    const listed: string[] = [];
    let openFiles = 0;
    for (const pid of pids) {
      const { count, paths } = await descriptorsOf(`${folder}/${pid}/fd`);
      openFiles += count;
      if (paths !== null) listed.push(...paths);
    }
    const complete = listed.length === openFiles && openFiles <= mostLookedAt;
    const sockets = complete ? await socketsAmong(listed) : null;
    return sockets === null ? { openFiles } : { openFiles, sockets };
  } catch {
    // No right to look (another user's process), or no descriptor left to look with.
    return {};
  }
}

/** `paths` null: too many to list. Throws when they may not be seen. */
async function descriptorsOf(folder: string): Promise<{ count: number; paths: string[] | null }> {
  try {
    // Since Linux 6.2 the size is their number; before, it says nothing.
    const { size } = await stat(folder);
    if (size > mostLookedAt) return { count: size, paths: null };
    const names = await readdir(folder);
    return { count: names.length, paths: names.map((name) => `${folder}/${name}`) };
  } catch (error) {
    if (closedMeanwhile(error)) return { count: 0, paths: [] };
    throw error;
  }
}

/** null: they may be listed, but not looked at. */
async function socketsAmong(paths: readonly string[]): Promise<number | null> {
  let sockets = 0;
  for (let at = 0; at < paths.length; at += portion) {
    for (const path of paths.slice(at, at + portion)) {
      try {
        if (readlinkSync(path).startsWith('socket:')) sockets += 1;
      } catch (error) {
        if (!closedMeanwhile(error)) return null;
      }
    }
    if (at + portion < paths.length) await turn();
  }
  return sockets;
}
