// One command at a time per target: two that break and measure the same system would spoil each other's numbers.
//
// Each who wants the lock puts down a claim, a file of its own, and then looks at all claims on that target. Whoever sees
// only its own holds the lock; whoever sees another living one takes its own away and tries again a little later. Of two
// claims the later one sees the earlier one, so there are never two holders, and a dead one's claim can be removed without
// hitting anyone else's.

import { createHash, randomBytes, randomInt } from 'node:crypto';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { errnoOf, messageOf, MettleError } from '../kernel/errors.ts';
import { identify, isAlive } from '../kernel/process-table.ts';
import { openStateFolder } from './state-folder.ts';

const claimSchema = z.object({ target: z.string(), pid: z.number().int().positive(), startTime: z.string() });
type Claim = z.infer<typeof claimSchema>;

export interface TargetLock {
  /** Lets others at the target. Harmless when called twice. */
  release(): Promise<void>;
}

const attempts = 12;
const longestPauseMs = 60;

/**
 * `target`: its name, or its address. The lock of a process that is gone counts for nothing.
 * Throws TARGET_LOCKED (exit code 2) while another command holds it, STATE_FOLDER when no claim can be written.
 */
export async function lockTarget(target: string, stateFolder?: string): Promise<TargetLock> {
  const folder = await openStateFolder(stateFolder);
  const prefix = `lock-${createHash('sha256').update(target).digest('hex').slice(0, 16)}-`;
  let other: Claim | undefined;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const own = await putClaim(folder, prefix, target);
    other = await otherClaim(folder, prefix, own);
    if (other === undefined) return { release: () => rm(join(folder, own), { force: true }) };
    await rm(join(folder, own), { force: true });
    if (attempt < attempts) await wait(randomInt(1, longestPauseMs));
  }
  throw new MettleError({
    code: 'TARGET_LOCKED',
    message: `the target ${target} is in use by another command (process ${other?.pid ?? 'unknown'})`,
    hint: 'wait for that command to end, or stop it',
  });
}

/** The claim appears whole, by a rename: nobody reads half of one and takes it for a dead one's. */
async function putClaim(folder: string, prefix: string, target: string): Promise<string> {
  const claim: Claim = { target, ...(identify(process.pid) ?? { pid: process.pid, startTime: 'unknown' }) };
  const name = `${prefix}${randomBytes(8).toString('hex')}.json`;
  const unfinished = join(folder, `new-${name}`);
  try {
    await writeFile(unfinished, JSON.stringify(claim), { mode: 0o600, flag: 'wx' });
    await rename(unfinished, join(folder, name));
    return name;
  } catch (error) {
    await rm(unfinished, { force: true });
    throw new MettleError({
      code: 'STATE_FOLDER',
      message: `the lock of ${target} cannot be written to ${folder}: ${messageOf(error)}`,
      hint: 'set METTLE_STATE_DIR to a folder of your own that can be written',
      cause: error,
    });
  }
}

/** A living claim besides our own, if there is one; dead ones are removed on the way. */
async function otherClaim(folder: string, prefix: string, own: string): Promise<Claim | undefined> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(prefix) && name !== own);
  for (const name of names) {
    const claim = await readClaim(join(folder, name));
    if (claim !== undefined && isAlive(claim)) return claim;
    await rm(join(folder, name), { force: true });
  }
  return undefined;
}

/** Undefined when it was taken away meanwhile, or is not the work of any Mettle. */
async function readClaim(path: string): Promise<Claim | undefined> {
  try {
    return claimSchema.safeParse(JSON.parse(await readFile(path, 'utf8'))).data;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
