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
  /** That of its children that have ended and were waited for, with all that these had waited for themselves. */
  readonly reapedCpuSeconds: number;
  /** null: not shown. */
  readonly threads: number | null;
}

export interface MemoryReading {
  /** Its own pages, and those of files that it has mapped. */
  readonly ownBytes: number;
  /** Shared with others of its tree, as PostgreSQL's buffers are; 0 where the kernel does not tell it apart. */
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

/**
 * Throws like readProc. One that ends while they are read may be missing itself and not yet be in what its parent has
 * waited for: then all of them are read once more.
 */
export function readProcesses(): ProcessReading[] {
  const first = readOnce();
  return first.whole ? first.readings : readOnce().readings;
}

function readOnce(): { readonly readings: ProcessReading[]; readonly whole: boolean } {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const readings = pids.flatMap((pid) => parseStat(Number(pid), readProc(`/proc/${pid}/stat`) ?? '') ?? []);
  return { readings, whole: readings.length === pids.length };
}

/** proc(5), stat: the name in parentheses may hold anything, so fields are counted from its end. */
export function parseStat(pid: number, stat: string): ProcessReading | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const number = (index: number): number => Number(fields[index] ?? Number.NaN);
  const [parent, group, user, system] = [number(1), number(2), number(11), number(12)];
  const reaped = number(13) + number(14);
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
    reapedCpuSeconds: Number.isNaN(reaped) ? 0 : reaped / ticksPerSecond,
    threads: Number.isNaN(threads) ? null : threads,
  };
}

/** Throws like readProc. null: it is not shown. */
export const readMemory = (pid: number): MemoryReading | null =>
  parseMemory(readProc(`/proc/${pid}/status`) ?? '');

const nothingHeld: MemoryReading = { ownBytes: 0, sharedBytes: 0 };

/** Of proc(5), status; empty when the process has ended. Kernels before 4.5, and others' /proc, tell the sum alone. */
export function parseMemory(status: string): MemoryReading | null {
  if (status === '' || /^State:\s+[ZX]/m.test(status)) return nothingHeld;
  const bytes = (field: string): number | null => {
    const found = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1];
    return found === undefined ? null : Number(found) * 1_024;
  };
  const own = bytes('RssAnon');
  if (own !== null) return { ownBytes: own + (bytes('RssFile') ?? 0), sharedBytes: bytes('RssShmem') ?? 0 };
  const all = bytes('VmRSS');
  return all === null ? null : { ownBytes: all, sharedBytes: 0 };
}
