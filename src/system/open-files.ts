// Open descriptors of processes, and the sockets among them: counted in small portions, so that nothing else waits long.

import { readlinkSync } from 'node:fs';
import { opendir, stat } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { errnoOf } from '../kernel/errors.ts';

/** What cannot be counted is absent, never zero. */
export interface OpenFiles {
  readonly openFiles?: number;
  readonly sockets?: number;
}

interface Counted {
  readonly openFiles: number;
  /** null: they may be listed, but not looked at, or there are too many. */
  readonly sockets: number | null;
}

/** So many descriptors of a tree are asked what they are; of a tree with more, sockets are not counted. */
const mostLookedAt = 16_384;
/** So many are listed and asked before others have their turn: about a millisecond. */
const portion = 128;

const isGone = (error: unknown): boolean => ['ENOENT', 'ESRCH'].includes(errnoOf(error) ?? '');

/** Over all the given processes: a descriptor that two of them share counts in each. Never rejects. */
export async function countOpenFiles(pids: readonly number[], folder = '/proc'): Promise<OpenFiles> {
  try {
    let [openFiles, sockets]: [number, number | null] = [0, 0];
    for (const pid of pids) {
      const counted = await countIn(`${folder}/${pid}/fd`, sockets === null ? 0 : mostLookedAt - openFiles);
      openFiles += counted.openFiles;
      sockets = sockets === null || counted.sockets === null ? null : sockets + counted.sockets;
    }
    return sockets === null ? { openFiles } : { openFiles, sockets };
  } catch {
    // No right to look (another user's process), or no descriptor left to look with.
    return {};
  }
}

/** Of one process; sockets only among so many. Throws when its descriptors may not be listed. */
async function countIn(folder: string, most: number): Promise<Counted> {
  let [openFiles, sockets]: [number, number | null] = [0, 0];
  try {
    // Since Linux 6.2 the size is their number; before, it says nothing.
    const { size } = await stat(folder);
    if (size > mostLookedAt) return { openFiles: size, sockets: null };
    for await (const { name } of await opendir(folder, { bufferSize: portion })) {
      openFiles += 1;
      const isOne: boolean | null =
        sockets === null || openFiles > most ? null : isSocket(`${folder}/${name}`);
      sockets = isOne === null || sockets === null ? null : sockets + (isOne ? 1 : 0);
      if (openFiles % portion === 0) await turn();
    }
  } catch (error) {
    if (!isGone(error)) throw error;
  }
  return { openFiles, sockets };
}

/** null: it may not be looked at. */
function isSocket(path: string): boolean | null {
  try {
    return readlinkSync(path).startsWith('socket:');
  } catch (error) {
    return isGone(error) ? false : null;
  }
}
