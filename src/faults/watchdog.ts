// The second process that outlives Mettle: it notices that Mettle is gone and undoes what the journal still holds.

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { builtEntry } from '../kernel/entry.ts';
import { messageOf, MettleError } from '../kernel/errors.ts';
import { goodbye, ready } from './watchdog-words.ts';

export interface Watchdog {
  readonly pid: number;
  /** Says goodbye: Mettle ends in order. Call it after `undoAll`, before the journal's `close`. Never throws. */
  close(): Promise<void>;
}

const readyWithinMs = 15_000;
const endWithinMs = 2_000;

/**
 * Resolves once it watches; throws WATCHDOG when it cannot be started, since then nothing may be broken either.
 * It has a session of its own, so that neither Ctrl-C nor the end of Mettle's process group reaches it, and holds only
 * the pipe by whose end it knows that Mettle is gone.
 */
export async function startWatchdog(journalPath: string): Promise<Watchdog> {
  // Its children's mark and node's debugging options are not for it; passwords of databases to clean up are.
  const env = { ...process.env, METTLE_CHILD: undefined, NODE_OPTIONS: undefined };
  const child = spawn(process.execPath, [builtEntry('faults/watchdog-main.js'), journalPath], {
    detached: true,
    cwd: '/',
    env,
    stdio: ['pipe', 'pipe', 'ignore'],
    windowsHide: true,
  });
  let closing = false;
  child.once('exit', () => {
    if (!closing) process.emitWarning('the watchdog has ended; after a crash run: mettle chaos rollback');
  });
  child.stdin.on('error', () => undefined); // it is gone: `exit` says so
  try {
    await untilReady(child);
  } catch (error) {
    closing = true;
    child.kill('SIGKILL');
    throw new MettleError({
      code: 'WATCHDOG',
      message: `the watchdog did not start: ${messageOf(error)}`,
      hint: 'is the package built? (npm run build)',
      cause: error,
    });
  }
  child.stdout.destroy();
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
  return {
    pid: child.pid ?? 0,
    async close() {
      closing = true;
      await dismiss(child);
    },
  };
}

async function untilReady(child: ChildProcess): Promise<void> {
  const said = new Promise<void>((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes(ready)) resolve();
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`it ended with exit code ${String(code)}`)));
  });
  const patience = new AbortController();
  const late = wait(readyWithinMs, undefined, { signal: patience.signal }).then(() => {
    throw new Error(`it was not ready within ${readyWithinMs} ms`);
  });
  try {
    await Promise.race([said, late]);
  } finally {
    late.catch(() => undefined); // aborted below
    patience.abort();
  }
}

async function dismiss(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.ref();
  child.stdin?.end(goodbye);
  const patience = new AbortController();
  const late = wait(endWithinMs, 'late', { signal: patience.signal }).catch(() => 'ended');
  if ((await Promise.race([ended, late])) === 'late') {
    child.kill('SIGKILL');
    await ended;
  }
  patience.abort();
}
