// What a container has used, validated: processor time, how often its limit held it back, memory, network.

import { z } from 'zod';

const stats = z.object({
  /** When the counters were read; the year 1 for a container that does not run. */
  read: z.string().nullish(),
  cpu_stats: z.object({
    cpu_usage: z.object({ total_usage: z.number() }),
    online_cpus: z.number().nullish(),
    throttling_data: z
      .object({ periods: z.number().nullish(), throttled_periods: z.number().nullish() })
      .nullish(),
  }),
  memory_stats: z.object({
    usage: z.number().nullish(),
    limit: z.number().nullish(),
    stats: z
      .object({ total_inactive_file: z.number().nullish(), inactive_file: z.number().nullish() })
      .nullish(),
  }),
  networks: z.record(z.string(), z.object({ rx_bytes: z.number(), tx_bytes: z.number() })).nullish(),
  pids_stats: z.object({ current: z.number().nullish() }).nullish(),
});

export interface ContainerUsage {
  /** By the engine's clock, to a millisecond; null: it did not run, and the rest says nothing. */
  readonly readAtUnixMicros: number | null;
  /** Processor time since it started. */
  readonly cpuMicros: number;
  /** Of the engine's machine; null: not told. */
  readonly onlineCores: number | null;
  /** Periods of its processor limit in which it wanted more than that; 0 without a limit. */
  readonly throttledPeriods: number;
  /** In use, without cached files, which the kernel drops when it needs the room; null: not told, or not known. */
  readonly memoryBytes: number | null;
  /** The least of its own limit and what the engine's machine has; null: not told. */
  readonly memoryLimitBytes: number | null;
  /** Since it started, on all networks that it is on now; null: none that Docker counts. */
  readonly receivedBytes: number | null;
  readonly sentBytes: number | null;
  /** Processes and threads: the kernel counts them as one; null: not told. */
  readonly processes: number | null;
}

/** Undefined when the answer is not what Docker gives. */
export function containerUsage(answer: unknown): ContainerUsage | undefined {
  const { data } = stats.safeParse(answer);
  if (data === undefined) return undefined;
  const { cpu_stats: cpu, memory_stats: memory, networks } = data;
  const readAtMs = Date.parse(data.read ?? '');
  const cores = cpu.online_cpus ?? 0;
  const limitBytes = memory.limit ?? 0;
  const sum = (key: 'rx_bytes' | 'tx_bytes'): number | null => {
    const links = Object.values(networks ?? {});
    return links.length === 0 ? null : links.reduce((total, link) => total + link[key], 0);
  };
  return {
    readAtUnixMicros: readAtMs > 0 ? readAtMs * 1_000 : null,
    cpuMicros: cpu.cpu_usage.total_usage / 1_000,
    onlineCores: cores > 0 ? cores : null,
    throttledPeriods: cpu.throttling_data?.throttled_periods ?? 0,
    memoryBytes: workingSet(memory),
    memoryLimitBytes: limitBytes > 0 ? limitBytes : null,
    receivedBytes: sum('rx_bytes'),
    sentBytes: sum('tx_bytes'),
    processes: data.pids_stats?.current ?? null,
  };
}

/** The first name is that of the kernel's older control groups, the second that of the newer ones. */
function workingSet({ usage, stats: kinds }: z.infer<typeof stats>['memory_stats']): number | null {
  if (usage == null) return null;
  const cachedBytes = kinds?.total_inactive_file ?? kinds?.inactive_file ?? 0;
  // The kernel counts the two at different moments: for an instant more may be cached than used. Nobody knows what was in use then.
  return cachedBytes < usage ? usage - cachedBytes : null;
}
