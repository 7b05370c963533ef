// What /proc tells of processes: who belongs to whom, their time, their memory. Half a tree is no reading of it.

import { readdirSync, readFileSync } from 'node:fs';
import { errnoOf } from '../kernel/errors.ts';

/** One process at one moment. */
export interface ProcessReading {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** Pid and start: the same process. */
  readonly key: string;
  /** Since the boot, in the kernel's own unit: the eldest has the smallest. */
  readonly startTicks: number;
  /** It has ended and waits for its parent to notice: it holds nothing any more. */
  readonly ended: boolean;
  /** User and system time since it started. */
  readonly cpuSeconds: number;
  /** null: not shown. */
  readonly threads: number | null;
}

export interface MemoryReading {
  readonly ownBytes: number;
  /** Shared with others of its tree, as PostgreSQL's buffers are. */
  readonly sharedBytes: number;
}

/** USER_HZ: fixed at 100 in what Linux shows to programs, whatever the kernel's own rate. */
const ticksPerSecond = 100;

/** It ended between being listed and being read, or it is somebody else's and hidden. */
const notThere: ReadonlySet<string> = new Set(['ENOENT', 'ESRCH', 'EACCES', 'EPERM']);

const isNotThere = (error: unknown): boolean => notThere.has(errnoOf(error) ?? '');

/** Undefined when there is nothing to read. Throws when this process has no descriptor left to read it with. */
export function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    if (isNotThere(error)) return undefined;
    throw error;
  }
}

/** Throws like readProc. */
export function readProcesses(): ProcessReading[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    const reading = parseStat(Number(name), readProc(`/proc/${name}/stat`) ?? '');
    return reading === undefined ? [] : [reading];
  });
}

/** proc(5), stat: the name in parentheses may hold anything, so fields are counted from its end. */
export function parseStat(pid: number, stat: string): ProcessReading | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const number = (index: number): number => Number(fields[index] ?? Number.NaN);
  const [parent, group, user, system] = [number(1), number(2), number(11), number(12)];
  if (Number.isNaN(parent + group + user + system)) return undefined;
  const [threads, startTicks] = [number(17), number(19)];
  return {
    pid,
    parent,
    group,
    key: `${pid}@${fields[19] ?? ''}`,
    startTicks: Number.isNaN(startTicks) ? 0 : startTicks,
    ended: /^[ZX]/.test(fields[0] ?? ''),
    cpuSeconds: (user + system) / ticksPerSecond,
    threads: Number.isNaN(threads) ? null : threads,
  };
}

/** Throws like readProc. */
export function readMemory(pid: number): MemoryReading {
  const status = readProc(`/proc/${pid}/status`) ?? '';
  const bytes = (field: string): number =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1_024;
  return { ownBytes: bytes('RssAnon') + bytes('RssFile'), sharedBytes: bytes('RssShmem') };
}
