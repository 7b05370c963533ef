// Which processes exist, and which is which: a pid alone says nothing, a pid with its start time is one process for ever.

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** One process, past any reuse of its pid. `startTime` is opaque: compare it, do not compute with it. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
}

export interface ProcessRow extends ProcessIdentity {
  readonly parent: number;
  readonly group: number;
  /** Held by SIGSTOP (or by a debugger): it exists, and does nothing. */
  readonly stopped: boolean;
}

const onLinux = process.platform === 'linux';
let bootId: string | undefined;

/** Start times on Linux count from the boot, so the boot is part of the identity: a journal outlives it. */
function currentBoot(): string {
  bootId ??= (readProc('/proc/sys/kernel/random/boot_id') ?? 'unknown').trim().slice(0, 8);
  return bootId;
}

/** A process may end between listing and reading it: then there is nothing to read. */
function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}

const isHeld = (state: string): boolean => /^[Tt]/.test(state);

/** A zombie has ended: nothing of it can act or be signalled any more, so it counts as gone. */
const hasEnded = (state: string): boolean => state.startsWith('Z') || state.startsWith('X');

/** Fields after the command's name, which is in parentheses and may itself hold spaces and parentheses. */
function linuxRow(pid: number): ProcessRow | undefined {
  const stat = readProc(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = fields[19];
  if (ticks === undefined || hasEnded(fields[0] ?? 'X')) return undefined;
  return {
    pid,
    parent: Number(fields[1]),
    group: Number(fields[2]),
    stopped: isHeld(fields[0] ?? ''),
    startTime: `${ticks}@${currentBoot()}`,
  };
}

function psRows(selection: readonly string[]): ProcessRow[] {
  const columns = ['-o', 'pid=,ppid=,pgid=,stat=,lstart='];
  let text: string;
  try {
    text = execFileSync('ps', [...selection, ...columns], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 2_000,
    });
  } catch {
    return []; // `ps -p` exits 1 when there is no such process
  }
  return text.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.+?)\s*$/.exec(line);
    if (match === null || hasEnded(match[4] ?? 'X')) return [];
    return [
      {
        pid: Number(match[1]),
        parent: Number(match[2]),
        group: Number(match[3]),
        stopped: isHeld(match[4] ?? ''),
        startTime: match[5] ?? '',
      },
    ];
  });
}

function rowOf(pid: number): ProcessRow | undefined {
  return onLinux ? linuxRow(pid) : psRows(['-p', String(pid)])[0];
}

/** Every process that has not ended. */
export function processTable(): ProcessRow[] {
  if (!onLinux) return psRows(['-A']);
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (linuxRow(Number(name)) ?? []) : []));
}

/** The identity of the process that has this pid now; undefined when there is none. */
export function identify(pid: number): ProcessIdentity | undefined {
  const row = rowOf(pid);
  return row === undefined ? undefined : { pid, startTime: row.startTime };
}

/** True while exactly this process runs: false when its pid belongs to another one by now. */
export function isAlive(identity: ProcessIdentity): boolean {
  return rowOf(identity.pid)?.startTime === identity.startTime;
}

/**
 * Whether the process was started with METTLE_CHILD=<token>, or a token derived from it (`<token>.<anything>`).
 * Linux only, and only for processes that this user may read; elsewhere always false.
 */
export function carriesToken(pid: number, token: string): boolean {
  if (!onLinux || token === '') return false;
  const environment = readProc(`/proc/${pid}/environ`);
  return (environment ?? '').split('\0').some((entry) => {
    return entry === `METTLE_CHILD=${token}` || entry.startsWith(`METTLE_CHILD=${token}.`);
  });
}
