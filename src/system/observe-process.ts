// CPU and memory of process trees, about once a second, from /proc; elsewhere nothing is shown rather than guessed.

import { readdirSync, readFileSync } from 'node:fs';
import type { Clock } from '../kernel/clock.ts';
import type { ProcessSample } from './system.ts';

export interface ObservedTree {
  readonly name: string;
  /** The root at this moment, which leads a process group of its own; null: there is none. */
  readonly pid: () => number | null;
}

export interface Observation {
  readonly samples: () => readonly ProcessSample[];
  readonly stop: () => void;
}

/** One process at one moment. */
export interface ProcessReading {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** Pid and start: the same process. */
  readonly key: string;
  /** User and system time since it started. */
  readonly cpuSeconds: number;
}

export interface MemoryReading {
  readonly ownBytes: number;
  /** Shared with others of its tree, as PostgreSQL's buffers are. */
  readonly sharedBytes: number;
}

const everyMs = 1_000;
/** USER_HZ: fixed at 100 in what Linux shows to programs, whatever the kernel's own rate. */
const ticksPerSecond = 100;

export const canObserveProcesses = process.platform === 'linux';

/** Samples until stopped. A process that ends between two looks takes its last moments of CPU along. */
export function observeProcesses(trees: readonly ObservedTree[], clock: Clock): Observation {
  const samples: ProcessSample[] = [];
  if (!canObserveProcesses || trees.length === 0) return { samples: () => samples, stop: () => undefined };
  let before = { atMicros: clock.nowMicros(), table: readProcesses() };
  const look = (): void => {
    const now = { atMicros: clock.nowMicros(), table: readProcesses() };
    const elapsedSeconds = (now.atMicros - before.atMicros) / 1_000_000;
    for (const tree of trees) {
      const root = tree.pid();
      const members = root === null ? [] : membersOf(root, now.table);
      if (members.length === 0 || elapsedSeconds <= 0) continue;
      samples.push({
        name: tree.name,
        atMicros: Math.round(now.atMicros),
        cpuShare: cpuSecondsBetween(before.table, members) / elapsedSeconds,
        memoryBytes: treeMemory(members.map(({ pid }) => readMemory(pid))),
      });
    }
    before = now;
  };
  const timer = setInterval(look, everyMs);
  timer.unref();
  return { samples: () => samples, stop: () => clearInterval(timer) };
}

/** The root, its group, and all that descends from these. */
export function membersOf(root: number, table: readonly ProcessReading[]): ProcessReading[] {
  const found = new Set(
    table.filter(({ pid, group }) => pid === root || group === root).map(({ pid }) => pid),
  );
  for (let before = -1; before < found.size;) {
    before = found.size;
    for (const { pid, parent } of table) if (found.has(parent)) found.add(pid);
  }
  return table.filter(({ pid }) => found.has(pid));
}

/** What is new counts from its start: it began since the last look. */
export function cpuSecondsBetween(before: readonly ProcessReading[], now: readonly ProcessReading[]): number {
  const earlier = new Map(before.map(({ key, cpuSeconds }) => [key, cpuSeconds]));
  return now.reduce((sum, { key, cpuSeconds }) => sum + cpuSeconds - (earlier.get(key) ?? 0), 0);
}

/** Resident memory, with what the tree shares counted once (its largest holder stands for it). */
export function treeMemory(readings: readonly MemoryReading[]): number {
  const own = readings.reduce((sum, { ownBytes }) => sum + ownBytes, 0);
  return own + Math.max(0, ...readings.map(({ sharedBytes }) => sharedBytes));
}

/** A process may end between listing and reading: then there is nothing to read. */
function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}

function readProcesses(): ProcessReading[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    const reading = parseStat(Number(name), readProc(`/proc/${name}/stat`) ?? '');
    return reading === undefined ? [] : [reading];
  });
}

/** proc(5), stat: the name in parentheses may hold anything, so fields are counted from its end. */
export function parseStat(pid: number, stat: string): ProcessReading | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [parent, group, user, system] = [fields[1], fields[2], fields[11], fields[12]].map(Number);
  if (parent === undefined || group === undefined || user === undefined || system === undefined)
    return undefined;
  if (Number.isNaN(system)) return undefined;
  return {
    pid,
    parent,
    group,
    key: `${pid}@${fields[19] ?? ''}`,
    cpuSeconds: (user + system) / ticksPerSecond,
  };
}

function readMemory(pid: number): MemoryReading {
  const status = readProc(`/proc/${pid}/status`) ?? '';
  const bytes = (field: string): number =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1_024;
  return { ownBytes: bytes('RssAnon') + bytes('RssFile'), sharedBytes: bytes('RssShmem') };
}
