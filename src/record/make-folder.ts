// Makes a folder and its parents one by one: Node's own `recursive` never comes back from where nothing can be made (/proc).

import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { errnoOf } from '../kernel/errors.ts';

/** What is there stays as it is. `mode`: of each that is made. Throws what the file system says. */
export function makeFolder(folder: string, mode?: number): void {
  const missing: string[] = [];
  for (let at = resolve(folder); !isFolder(at); at = dirname(at)) missing.unshift(at);
  for (const one of missing) makeOne(one, mode);
}

/** False: there is nothing of that name. Throws when there is something else. */
function isFolder(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  // A drive that is not there has no parents to make.
  if (found === undefined && dirname(path) !== path) return false;
  if (found?.isDirectory() !== true) throw notAFolder(path);
  return true;
}

function makeOne(path: string, mode: number | undefined): void {
  try {
    mkdirSync(path, { ...(mode === undefined ? {} : { mode }) });
  } catch (error) {
    // Another process may have made it meanwhile; a link that leads nowhere throws here.
    if (errnoOf(error) !== 'EEXIST' || !statSync(path).isDirectory()) throw error;
  }
}

const notAFolder = (path: string): Error =>
  Object.assign(new Error(`ENOTDIR: ${path} is no folder`), { code: 'ENOTDIR' });
