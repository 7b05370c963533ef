// How much of the machine others use, and how much was stolen from it: read twice, told as shares. Linux only.

import { readFile } from 'node:fs/promises';
import type { CpuTimes } from './machine-probe.ts';
import { parseCpuTimes } from './machine-probe.ts';

/** Shares of all processors together, between two readings. */
export interface CpuShares {
  /** By anything but this process; what was stolen is not in it. */
  readonly others: number;
  readonly stolen: number;
}

export function sharesBetween(
  before: CpuTimes,
  after: CpuTimes,
  ownMicros: number,
  passedMicros: number,
  processors: number,
): CpuShares {
  const total = Math.max(1, after.total - before.total);
  const busy = (total - (after.idle - before.idle) - (after.steal - before.steal)) / total;
  const own = ownMicros / (passedMicros * processors);
  return { others: Math.max(0, busy - own), stolen: Math.max(0, (after.steal - before.steal) / total) };
}

/** Returns a function that tells the shares since this call; null where the system does not say. */
export async function watchCpu(processors: number): Promise<() => Promise<CpuShares | null>> {
  const read = async (): Promise<CpuTimes | null> => {
    const stat = await readFile('/proc/stat', 'utf8').catch(() => null);
    return stat === null ? null : parseCpuTimes(stat);
  };
  const before = await read();
  const [ownBefore, atMs] = [process.cpuUsage(), performance.now()];
  return async () => {
    const own = process.cpuUsage(ownBefore);
    const passedMicros = (performance.now() - atMs) * 1_000;
    const after = await read();
    if (before === null || after === null) return null;
    return sharesBetween(before, after, own.user + own.system, passedMicros, processors);
  };
}
