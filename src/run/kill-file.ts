// The kill file: whoever can write to this machine's disk can stop a run, without a terminal and without its process id.

import { randomBytes } from 'node:crypto';
import { lstat, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { openStateFolder } from '../faults/state-folder.ts';
import { isAborted } from '../kernel/abort.ts';
import { type Clock, systemClock } from '../kernel/clock.ts';
import { errnoOf, exitCodes, messageOf, MettleError } from '../kernel/errors.ts';

const pollEveryMicros = 250_000;

/** Why a signal was aborted, when a kill file did it. */
interface KilledByFile {
  readonly killFile: string;
}

export interface KillFile {
  /** Absolute. */
  readonly path: string;
  /** Aborted, with a KilledByFile as its reason, when the file has appeared. */
  readonly signal: AbortSignal;
  /** Ends the watch; removes the file where its path was Mettle's own choice. */
  close(): Promise<void>;
}

export interface KillFileOptions {
  /** Default: a name of its own in the state folder. */
  readonly path?: string | undefined;
  readonly clock?: Clock;
  readonly exists?: (path: string) => Promise<boolean>;
}

/** Throws KILL_FILE (exit code 2) when the file is there already, or its place cannot be looked at. */
export async function watchKillFile(options: KillFileOptions = {}): Promise<KillFile> {
  const { clock = systemClock, exists = isThere } = options;
  const own = options.path === undefined;
  const path =
    options.path === undefined
      ? join(await openStateFolder(), `kill-${randomBytes(4).toString('hex')}`)
      : resolve(options.path);
  await refuseKillFile(path, exists);
  const killed = new AbortController();
  const over = new AbortController();
  const watch = async (): Promise<void> => {
    while (!isAborted(over.signal)) {
      await clock.sleepUntil(clock.nowMicros() + pollEveryMicros, over.signal);
      if (isAborted(over.signal)) return;
      // A folder that has become unreadable says nothing; the next look may.
      if (await exists(path).catch(() => false)) {
        killed.abort({ killFile: path } satisfies KilledByFile);
        return;
      }
    }
  };
  const watching = watch();
  return {
    path,
    signal: killed.signal,
    close: async () => {
      over.abort();
      await watching;
      if (own) await rm(path, { force: true, recursive: true });
    },
  };
}

/** Throws KILL_FILE (exit code 2) when the file is there already: the run would end as soon as it began. */
export async function refuseKillFile(
  path: string,
  exists: (path: string) => Promise<boolean> = isThere,
): Promise<void> {
  const state = await exists(path).catch((error: unknown) => messageOf(error));
  if (state === false) return;
  throw new MettleError({
    code: 'KILL_FILE',
    message:
      state === true
        ? `the kill file ${path} is there already, so nothing is started`
        : `the kill file ${path} cannot be looked for: ${state}`,
    hint:
      state === true
        ? 'Remove it, or name another one with --kill-file.'
        : 'Name another one with --kill-file.',
    exitCode: exitCodes.usage,
  });
}

/** The path of the kill file that aborted a signal; null when something else did, or nothing. */
export function killFileOf(signal: AbortSignal): string | null {
  const reason: unknown = signal.reason;
  const named = typeof reason === 'object' && reason !== null && 'killFile' in reason;
  return named && typeof reason.killFile === 'string' ? reason.killFile : null;
}

/** A folder that does not exist has no file in it. Rejects for what cannot be looked at. */
async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}
