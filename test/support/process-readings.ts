// One process at one moment, as far as a test wants it.

import type { ProcessReading } from '../../src/system/proc-readings.ts';

export const reading = (
  pid: number,
  parent: number,
  group: number,
  cpuSeconds = 0,
  key = `${pid}@1`,
): ProcessReading => ({
  ...{ pid, parent, group, cpuSeconds, key },
  ...{ startTicks: Number(key.split('@')[1] ?? 0), ended: false, threads: 1, reapedCpuSeconds: 0 },
});

/** By now it has waited for children that had used so much. */
export const waited = (process: ProcessReading, reapedCpuSeconds: number): ProcessReading => ({
  ...process,
  reapedCpuSeconds,
});
