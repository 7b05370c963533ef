// What a command has started, and what of it is still there: seen from outside, by /proc, not by Mettle's own eyes.

import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

/** Every process of a command bears the folder in its environment, its command or its working directory. */
export interface Marked {
  readonly folder: string;
  readonly stateFolder: string;
  readonly tempFolder: string;
}

export interface Footprint {
  /** pid → when it was started (ticks since boot). */
  readonly processes: ReadonlyMap<number, string>;
  /** Inodes of sockets that listen, so that a port which someone else takes next is not mistaken for ours. */
  readonly listening: ReadonlySet<string>;
}

const proc = existsSync('/proc/self/stat');
const noProc = 'there is no /proc here: what a command leaves running cannot be seen';

/** Whether this machine can tell what is left; throws when nothing may be skipped. */
export function canSeeProcesses(): boolean {
  if (proc) return true;
  if (process.env['METTLE_REQUIRE_ALL'] === '1') throw new Error(noProc);
  console.warn(`SKIPPED: ${noProc}`);
  return false;
}

/** The command itself, all that descends from it, and all that bears the workspace's mark. */
export function footprintOf(rootPid: number, workspace: Marked): Footprint {
  const rows = processRows();
  const pids = new Set([rootPid]);
  for (let before = -1; before !== pids.size;) {
    before = pids.size;
    for (const row of rows) if (pids.has(row.parent)) pids.add(row.pid);
  }
  const ours = rows.filter(({ pid }) => pids.has(pid) || bears(pid, workspace.folder));
  const processes = new Map(ours.map(({ pid, startTime }) => [pid, startTime]));
  const sockets = new Set([...processes.keys()].flatMap(socketsOf));
  return { processes, listening: new Set([...listeningInodes()].filter((inode) => sockets.has(inode))) };
}

/** One line for each thing that is still there; empty = nothing. */
export function leftOf(workspace: Marked, { processes, listening }: Footprint): string[] {
  const rows = processRows();
  const inodes = listeningInodes();
  const known = rows.filter(({ pid, startTime }) => processes.get(pid) === startTime);
  const marked = rows.filter(({ pid }) => bears(pid, workspace.folder));
  return [
    ...[...new Set([...known, ...marked].map(({ pid }) => pid))].map((pid) => `process ${describe(pid)}`),
    ...[...listening].filter((inode) => inodes.has(inode)).map((inode) => `listening socket ${inode}`),
    ...namesIn(workspace.tempFolder).map((name) => `temporary ${name}`),
    ...namesIn(workspace.stateFolder)
      .filter((name) => name.startsWith('journal-'))
      .map((name) => `journal ${name}`),
  ];
}

/** What is left once nothing is, or after `withinMs`. */
export async function leftAfter(
  workspace: Marked,
  footprint: Footprint,
  withinMs: number,
): Promise<string[]> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const left = leftOf(workspace, footprint);
    if (left.length === 0 || Date.now() > deadline) return left;
    await wait(50);
  }
}

/**
 * Ends by pid what bears the mark and is still there: for the end of a test that failed half-way. The watchdog gets its
 * time first.
 */
export async function endMarked(folder: string): Promise<void> {
  const deadline = Date.now() + 6_000;
  const marked = (): number[] => processRows().flatMap(({ pid }) => (bears(pid, folder) ? [pid] : []));
  while (marked().length > 0 && Date.now() < deadline) await wait(50);
  for (const pid of marked()) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      console.warn(`${describe(pid)} had ended: ${String(error)}`);
    }
  }
}

interface Row {
  readonly pid: number;
  readonly parent: number;
  readonly startTime: string;
}

/** Zombies have ended: they are not in it. */
function processRows(): Row[] {
  return namesIn('/proc').flatMap((name): Row[] => {
    const stat = /^\d+$/.test(name) ? readText(`/proc/${name}/stat`) : '';
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ended = stat === '' || fields[0] === 'Z' || fields[0] === 'X';
    return ended ? [] : [{ pid: Number(name), parent: Number(fields[1]), startTime: fields[19] ?? '' }];
  });
}

/** PostgreSQL writes over its environment; then its command or its folder shows whose it is. */
function bears(pid: number, folder: string): boolean {
  if (pid === process.pid) return false;
  const texts = [
    readText(`/proc/${pid}/environ`),
    readText(`/proc/${pid}/cmdline`),
    readLink(`/proc/${pid}/cwd`),
  ];
  return texts.some((text) => text.includes(folder));
}

function socketsOf(pid: number): string[] {
  return namesIn(`/proc/${pid}/fd`).flatMap((name) => {
    const inode = /^socket:\[(\d+)\]$/.exec(readLink(`/proc/${pid}/fd/${name}`))?.[1];
    return inode === undefined ? [] : [inode];
  });
}

const listenState = '0A';

function listeningInodes(): Set<string> {
  const lines = ['tcp', 'tcp6'].flatMap((name) => readText(`/proc/net/${name}`).split('\n').slice(1));
  const fields = lines.map((line) => line.trim().split(/\s+/));
  return new Set(fields.flatMap((row) => (row[3] === listenState ? [row[9] ?? ''] : [])));
}

const describe = (pid: number): string =>
  `${pid}: ${readText(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').slice(0, 160)}`;

/** What ended between two looks has nothing to read. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
