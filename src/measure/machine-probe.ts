// What only the whole process or machine can tell: stolen CPU time and open descriptors. Linux; elsewhere not measured.

import { readdir, readFile } from 'node:fs/promises';

export interface MachineSecond {
  readonly stealShare: number | null;
  readonly descriptorShare: number | null;
}

/** Ticks since boot, over all processors. */
export interface CpuTimes {
  readonly total: number;
  /** Waiting for a disk included. */
  readonly idle: number;
  readonly steal: number;
}

/** The `cpu` line of /proc/stat: user nice system idle iowait irq softirq steal (guest times are inside user). */
export function parseCpuTimes(stat: string): CpuTimes | null {
  const line = /^cpu +(.+)$/m.exec(stat)?.[1];
  if (line === undefined) return null;
  const fields = line.trim().split(/\s+/).map(Number);
  const steal = fields[7];
  if (steal === undefined || fields.some(Number.isNaN)) return null;
  const idle = (fields[3] ?? 0) + (fields[4] ?? 0);
  return { total: fields.slice(0, 8).reduce((sum, value) => sum + value, 0), idle, steal };
}

/** The soft limit in /proc/self/limits; null when unlimited or unknown. */
export function parseDescriptorLimit(limits: string): number | null {
  const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
  return soft === undefined ? null : Number(soft);
}

/** Text of a /proc file, or null where there is no such thing. */
const procText = (path: string): Promise<string | null> => readFile(path, 'utf8').catch(() => null);

/** Returns a function that measures since its own last call. */
export function createMachineProbe(): () => Promise<MachineSecond> {
  let before: CpuTimes | null = null;
  let descriptorLimit: number | null | undefined;
  return async () => {
    const stat = await procText('/proc/stat');
    const times = stat === null ? null : parseCpuTimes(stat);
    const passed = times === null || before === null ? 0 : times.total - before.total;
    const stealShare =
      times === null || before === null || passed <= 0 ? null : (times.steal - before.steal) / passed;
    before = times;
    if (descriptorLimit === undefined) {
      const limits = await procText('/proc/self/limits');
      descriptorLimit = limits === null ? null : parseDescriptorLimit(limits);
    }
    const open = descriptorLimit === null ? null : await readdir('/proc/self/fd').catch(() => null);
    const descriptorShare = open === null || descriptorLimit === null ? null : open.length / descriptorLimit;
    return { stealShare, descriptorShare };
  };
}
