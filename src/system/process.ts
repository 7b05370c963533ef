// One child process and everything it starts: journalled before it exists, in a group of its own, gone when stopped.

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { messageOf, MettleError } from '../kernel/errors.ts';
import type { Tracked, Tracker } from '../kernel/ports.ts';
import { identify } from '../kernel/process-table.ts';
import { standBack } from '../kernel/priority.ts';
import type { ProcessIdentity } from '../kernel/process-table.ts';
import type { ProcessTree } from '../kernel/process-tree.ts';
import { stopTree } from '../kernel/process-tree.ts';
import type { TargetLog } from './target-log.ts';

export interface ChildRequest {
  /** For people and for observations: `postgres`, `toxic-detector (after)`. */
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  /** Absolute working directory. */
  readonly folder: string;
  /** The whole environment; METTLE_CHILD is added. */
  readonly env: Readonly<Record<string, string>>;
  readonly log: TargetLog;
  /** Runs as this account instead of ours (needs root). */
  readonly account?: { readonly uid: number; readonly gid: number } | null;
  /** Asked in turn to end before it is forced. Default SIGTERM. */
  readonly signals?: readonly NodeJS.Signals[];
  /** Time to end by itself. Default 5 s. */
  readonly graceMs?: number;
}

export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Child {
  readonly name: string;
  readonly pid: number;
  /** How it and all it starts are found. */
  readonly tree: ProcessTree;
  /** What asks it to end, in turn. */
  readonly signals: readonly NodeJS.Signals[];
  /** Resolves when the root process ends, asked or not; never rejects. */
  readonly ended: Promise<ChildEnd>;
  /** Set once it has ended. */
  readonly end: () => ChildEnd | undefined;
  readonly lastLines: () => string[];
  /**
   * Ends the whole tree, then forgets it in the journal. Safe to call twice.
   * Throws CHILD_NOT_STOPPED (exit code 4) when something of it still runs; the journal then keeps it.
   */
  stop(): Promise<void>;
}

const shownLines = 12;

/** Starts it. Throws START_FAILED (exit code 2) when there is no such program; the journal then forgets it. */
export async function startChild(request: ChildRequest, tracker: Tracker): Promise<Child> {
  const token = `${tracker.childToken}.${randomBytes(4).toString('hex')}`;
  const signals = request.signals ?? ['SIGTERM'];
  const tracked = await tracker.track({
    kind: 'process',
    describe: `process tree of ${request.name}`,
    data: { token, name: request.name, signals },
  });
  const { process: child, identity } = await spawnChild(request, token, tracked);
  const handle = handleOf(request, child, identity, token, tracked);
  try {
    await tracked.applied({ pid: identity.pid, startTime: identity.startTime, processGroup: identity.pid });
  } catch (error) {
    await handle.stop();
    throw error;
  }
  return handle;
}

/** `node` is the Node.js that runs Mettle: a target must not change with the PATH. */
function programPath(program: string): string {
  return program === 'node' ? process.execPath : program;
}

async function spawnChild(
  request: ChildRequest,
  token: string,
  tracked: Tracked,
): Promise<{ process: ChildProcess; identity: ProcessIdentity }> {
  try {
    const child = spawn(programPath(request.program), request.args, {
      cwd: request.folder,
      env: { ...request.env, METTLE_CHILD: token },
      stdio: ['ignore', request.log.descriptor, request.log.descriptor],
      detached: true,
      windowsHide: true,
      ...(request.account ?? {}),
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    const pid = child.pid ?? 0;
    standBack(pid);
    // It may have ended already: then it has no start time any more, and a group of its own may still have members.
    return { process: child, identity: identify(pid) ?? { pid, startTime: 'ended' } };
  } catch (error) {
    await tracked.released();
    throw new MettleError({
      code: 'START_FAILED',
      message: `${request.name} cannot be started: ${request.program}: ${messageOf(error)}`,
      hint: `check the command and that ${request.folder} is its folder`,
      cause: error,
    });
  }
}

function handleOf(
  request: ChildRequest,
  child: ChildProcess,
  identity: ProcessIdentity,
  token: string,
  tracked: Tracked,
): Child {
  let end: ChildEnd | undefined;
  const ended = new Promise<ChildEnd>((resolve) => {
    const settle = (code: number | null, signal: NodeJS.Signals | null): void => {
      end ??= { code, signal };
      resolve(end);
    };
    if (child.exitCode !== null || child.signalCode !== null) settle(child.exitCode, child.signalCode);
    child.once('exit', settle);
    // After the spawn the only errors are of signals that could not be sent, and those are sent by stopTree.
    child.on('error', () => undefined);
  });
  let stopping: Promise<void> | undefined;
  const tree: ProcessTree = { identity, processGroup: identity.pid, token };
  const stop = async (): Promise<void> => {
    const graceMs = request.graceMs ?? 5_000;
    const { remaining } = await stopTree({ ...tree, graceMs, signals: request.signals ?? ['SIGTERM'] });
    if (remaining.length > 0) {
      stopping = undefined;
      throw notStopped(request.name, remaining);
    }
    await tracked.released();
  };
  return {
    name: request.name,
    pid: identity.pid,
    tree,
    signals: request.signals ?? ['SIGTERM'],
    ended,
    end: () => end,
    lastLines: () => request.log.lastLines(shownLines),
    stop: () => (stopping ??= stop()),
  };
}

function notStopped(name: string, remaining: readonly ProcessIdentity[]): MettleError {
  const pids = remaining.map(({ pid }) => pid).join(', ');
  return new MettleError({
    code: 'CHILD_NOT_STOPPED',
    message: `${name} could not be stopped: still running: ${pids}`,
    hint: 'run `mettle chaos rollback`, or end these processes by hand',
    exitCode: 4,
  });
}

/** `ended by itself with exit code 1`, as part of a sentence. */
export function describeEnd(end: ChildEnd): string {
  return end.signal === null ? `ended with exit code ${end.code ?? 'unknown'}` : `was ended by ${end.signal}`;
}

/** One sentence about a child that has ended. */
export function describeDeath(child: Pick<Child, 'name' | 'end' | 'lastLines'>): string {
  const end = child.end();
  const last = child.lastLines().at(-1);
  const printed = last === undefined ? '' : `; it last printed: ${last}`;
  return `${child.name} ${end === undefined ? 'ended' : describeEnd(end)}${printed}`;
}

/** The last lines of what a child printed, as the rest of a message; empty when it printed nothing. */
export function quoteLines(lines: readonly string[]): string {
  return lines.length === 0
    ? '; it printed nothing'
    : `; its last lines:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}
