// Many processes as one: which of them are a tree, and what the tree has used, holds and is.

import type { MemoryReading, ProcessReading } from './proc-readings.ts';

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

/** The key of what stands for the tree: its root; when that has ended, the eldest of what it left behind. */
export function rootKeyOf(root: number, living: readonly ProcessReading[]): string | null {
  const own = living.find(({ pid }) => pid === root);
  if (own !== undefined) return own.key;
  const [eldest] = [...living].sort((a, b) => a.startTicks - b.startTicks || a.pid - b.pid);
  return eldest?.key ?? null;
}

type Processes = readonly ProcessReading[];

/**
 * What the members used between two looks at all processes, with the last moments of those that have ended: whoever waits
 * for a process has its time among the reaped from then on. What is new counts from its start.
 */
export function cpuSecondsBetween(before: Processes, now: Processes, members: Processes = now): number {
  const earlier = new Map(before.map((reading) => [reading.key, reading]));
  const counted = countedBefore(before, now);
  return members.reduce((sum, { key, cpuSeconds, reapedCpuSeconds }) => {
    const last = earlier.get(key);
    const own = cpuSeconds - (last?.cpuSeconds ?? 0);
    const reaped = reapedCpuSeconds - (last?.reapedCpuSeconds ?? 0);
    // Of those that nobody waited for nothing is among the reaped: what they had used must not be taken from the rest.
    return sum + own + Math.max(0, reaped - (counted.get(key) ?? 0));
  }, 0);
}

/** By the key of the nearest process above them that is still there: what those that are gone had used by the look before. */
function countedBefore(before: Processes, now: Processes): Map<string, number> {
  const there = new Set(now.map(({ key }) => key));
  const byPid = new Map(before.map((reading) => [reading.pid, reading]));
  const counted = new Map<string, number>();
  for (const gone of before) {
    if (there.has(gone.key)) continue;
    const heir = heirOf(gone, byPid, there);
    if (heir === null) continue;
    const used = gone.cpuSeconds + gone.reapedCpuSeconds;
    counted.set(heir, (counted.get(heir) ?? 0) + used);
  }
  return counted;
}

function heirOf(
  gone: ProcessReading,
  byPid: ReadonlyMap<number, ProcessReading>,
  there: ReadonlySet<string>,
): string | null {
  let above = byPid.get(gone.parent);
  // Parents that were read at different moments may go round in a circle.
  for (let steps = 0; above !== undefined && steps < byPid.size; steps += 1) {
    if (there.has(above.key)) return above.key;
    above = byPid.get(above.parent);
  }
  return null;
}

/** Resident memory, with what the tree shares counted once (its largest holder stands for it). null: one does not show its own. */
export function treeMemory(readings: readonly (MemoryReading | null)[]): number | null {
  let [own, shared] = [0, 0];
  for (const reading of readings) {
    if (reading === null) return null;
    own += reading.ownBytes;
    shared = Math.max(shared, reading.sharedBytes);
  }
  return own + shared;
}

/** null as soon as one of them does not show its own. */
export function treeThreads(living: readonly ProcessReading[]): number | null {
  let sum = 0;
  for (const { threads } of living) {
    if (threads === null) return null;
    sum += threads;
  }
  return sum;
}
