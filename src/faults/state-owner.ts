// Which state folder this is: a number drawn once and kept in it, so that names on shared servers tell whose they are.

import { randomBytes } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../kernel/errors.ts';
import { ownerOf } from './made-names.ts';
import { openStateFolder, unusable } from './state-folder.ts';

/** Eight hex digits for this state folder on this machine. Throws STATE_FOLDER when it can neither be read nor made. */
export async function stateOwner(stateFolder?: string): Promise<string> {
  const folder = await openStateFolder(stateFolder);
  const path = join(folder, 'owner');
  try {
    return ownerOf((await readId(path)) ?? (await makeId(path)));
  } catch (error) {
    throw unusable(folder, error);
  }
}

async function readId(path: string): Promise<string | undefined> {
  try {
    const text = (await readFile(path, 'utf8')).trim();
    if (/^[0-9a-f]{16}$/.test(text)) return text;
    throw new Error(`${path} does not hold what Mettle has written; delete it`);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** It appears whole, and of two commands that make it at once one wins. */
async function makeId(path: string): Promise<string> {
  const id = randomBytes(8).toString('hex');
  const unfinished = `${path}.${id}`;
  try {
    await writeFile(unfinished, `${id}\n`, { mode: 0o600, flag: 'wx' });
    await link(unfinished, path);
    return id;
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
    return (await readId(path)) ?? id;
  } finally {
    await rm(unfinished, { force: true });
  }
}
