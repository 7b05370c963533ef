// Targets by name: a folder `targets/<name>` with a target.yml, in the working directory or beside Mettle itself.

import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { packagePath } from '../kernel/entry.ts';
import { errnoOf, MettleError } from '../kernel/errors.ts';

export interface FoundTarget {
  /** The folder's name. */
  readonly name: string;
  /** Absolute path of its target file. */
  readonly file: string;
}

const fileNames = ['target.yml', 'target.yaml', 'target.json'];

/** The working directory's own come first. */
function targetRoots(workingDirectory: string): string[] {
  return [...new Set([join(workingDirectory, 'targets'), resolve(packagePath('targets'))])];
}

function targetFileIn(folder: string): string | undefined {
  return fileNames.map((name) => join(folder, name)).find((file) => existsSync(file));
}

/** Every target in reach, by name; of two with one name the working directory's counts. */
export async function listTargets(workingDirectory = process.cwd()): Promise<FoundTarget[]> {
  const found = new Map<string, FoundTarget>();
  for (const root of targetRoots(workingDirectory)) {
    for (const name of await namesIn(root)) {
      const file = targetFileIn(join(root, name));
      if (file !== undefined && !found.has(name)) found.set(name, { name, file });
    }
  }
  return [...found.values()].sort((a, b) => a.name.localeCompare(b.name));
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => !entry.isFile()).map((entry) => entry.name);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return [];
    throw error;
  }
}

/**
 * The absolute path of a target file, from a name, or a path to the file or its folder (relative to `from`).
 * Throws TARGET_NOT_FOUND (exit code 2), naming the targets in reach.
 */
export async function findTarget(reference: string, from = process.cwd()): Promise<string> {
  if (/^[A-Za-z0-9][\w-]*$/.test(reference)) {
    for (const root of targetRoots(process.cwd())) {
      const file = targetFileIn(join(root, reference));
      if (file !== undefined) return file;
    }
  }
  const path = resolve(from, reference);
  const file = targetFileIn(path) ?? (/\.(ya?ml|json)$/.test(path) && existsSync(path) ? path : undefined);
  if (file !== undefined) return file;
  const known = (await listTargets()).map(({ name }) => name);
  throw new MettleError({
    code: 'TARGET_NOT_FOUND',
    message: `there is no target \`${reference}\``,
    hint:
      known.length === 0
        ? 'give the path of a target.yml'
        : `targets in reach: ${known.join(', ')}; or give a path`,
  });
}
