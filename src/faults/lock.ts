// One command at a time per target: two that break and measure the same system would spoil each other's numbers.

import { createHash, randomBytes } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { errnoOf, MettleError } from '../kernel/errors.ts';
import { identify, isAlive } from '../kernel/process-table.ts';
import { openStateFolder } from './state-folder.ts';

const holderSchema = z.object({
  target: z.string(),
  pid: z.number().int().positive(),
  startTime: z.string(),
  nonce: z.string(),
});

export interface TargetLock {
  /** Lets others at the target. Harmless when called twice. */
  release(): Promise<void>;
}

const takeoverAttempts = 5;

/**
 * `target`: its name, or its address. The lock of a process that is gone is taken over.
 * Throws TARGET_LOCKED (exit code 2) while another command holds it.
 */
export async function lockTarget(target: string, stateFolder?: string): Promise<TargetLock> {
  const folder = await openStateFolder(stateFolder);
  const name = createHash('sha256').update(target).digest('hex').slice(0, 16);
  const path = join(folder, `lock-${name}.json`);
  const self = identify(process.pid) ?? { pid: process.pid, startTime: 'unknown' };
  const own = JSON.stringify({ target, ...self, nonce: randomBytes(8).toString('hex') });
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(temporary, own, { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < takeoverAttempts; attempt += 1) {
      if (await claimed(temporary, path)) return { release: () => release(path, own) };
      await removeStale(path, target);
    }
  } finally {
    await rm(temporary, { force: true });
  }
  throw locked(target, 'another command that is just starting');
}

/** A link either makes the whole file appear or fails: there is no moment with an empty lock. */
async function claimed(temporary: string, path: string): Promise<boolean> {
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Throws while its holder is alive. Moves the file aside first, so that of two who find it stale one removes it. */
async function removeStale(path: string, target: string): Promise<void> {
  const text = await readIfThere(path);
  if (text === undefined) return;
  requireStale(text, target);
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
    throw error;
  }
  // Between reading and moving, someone else may have taken over: then what was moved is theirs, and goes back.
  if ((await readIfThere(aside)) !== text) await claimed(aside, path);
  await rm(aside, { force: true });
}

function requireStale(text: string, target: string): void {
  const holder = holderSchema.safeParse(jsonOrNull(text)).data;
  if (holder !== undefined && isAlive(holder)) throw locked(target, `process ${holder.pid}`);
}

async function release(path: string, own: string): Promise<void> {
  if ((await readIfThere(path)) === own) await rm(path, { force: true });
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // not a lock of ours: nobody holds it
  }
}

const locked = (target: string, holder: string): MettleError =>
  new MettleError({
    code: 'TARGET_LOCKED',
    message: `the target ${target} is in use by ${holder}`,
    hint: 'wait for that command to end, or stop it',
  });
