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

/** null as soon as one of them does not show its own. */
export function treeThreads(living: readonly ProcessReading[]): number | null {
  let sum = 0;
  for (const { threads } of living) {
    if (threads === null) return null;
    sum += threads;
  }
  return sum;
}
