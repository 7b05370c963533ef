// What a container has used, validated: processor time, how often its limit held it back, memory.

import { z } from 'zod';

const stats = z.object({
  cpu_stats: z.object({
    cpu_usage: z.object({ total_usage: z.number() }),
    throttling_data: z
      .object({ periods: z.number().nullish(), throttled_periods: z.number().nullish() })
      .nullish(),
  }),
  memory_stats: z.object({
    usage: z.number().nullish(),
    stats: z
      .object({ total_inactive_file: z.number().nullish(), inactive_file: z.number().nullish() })
      .nullish(),
  }),
});

export interface ContainerUsage {
  /** Processor time since it started. */
  readonly cpuMicros: number;
  /** Periods of its processor limit in which it wanted more than that; 0 without a limit. */
  readonly throttledPeriods: number;
  /** In use, without cached files, which the kernel drops when it needs the room. */
  readonly memoryBytes: number;
}

/** Undefined when the answer is not what Docker gives. */
export function containerUsage(answer: unknown): ContainerUsage | undefined {
  const { data } = stats.safeParse(answer);
  if (data === undefined) return undefined;
  const { cpu_stats: cpu, memory_stats: memory } = data;
  // The first is how the kernel's older control groups call it, the second the newer ones.
  const cachedBytes = memory.stats?.total_inactive_file ?? memory.stats?.inactive_file ?? 0;
  return {
    cpuMicros: cpu.cpu_usage.total_usage / 1_000,
    throttledPeriods: cpu.throttling_data?.throttled_periods ?? 0,
    memoryBytes: Math.max(0, (memory.usage ?? 0) - cachedBytes),
  };
}
