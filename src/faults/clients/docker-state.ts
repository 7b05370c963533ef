// What Mettle needs to know of a container, validated: everything that a fault changes, so that it can be put back.

import { z } from 'zod';

const endpoint = z.object({
  NetworkID: z.string(),
  IPAddress: z.string().nullish(),
  GlobalIPv6Address: z.string().nullish(),
  Aliases: z.array(z.string()).nullish(),
  Links: z.array(z.string()).nullish(),
  DriverOpts: z.record(z.string(), z.string()).nullish(),
  GwPriority: z.number().nullish(),
  MacAddress: z.string().nullish(),
  IPAMConfig: z
    .object({
      IPv4Address: z.string().nullish(),
      IPv6Address: z.string().nullish(),
      LinkLocalIPs: z.array(z.string()).nullish(),
    })
    .nullish(),
});

/** Docker's answer to an inspection; what is not listed is not needed. */
const inspected = z.object({
  Id: z.string().regex(/^[0-9a-f]{64}$/),
  Name: z.string(),
  State: z.object({
    Status: z.enum(['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead']),
    Pid: z.number().nullish(),
    ExitCode: z.number().nullish(),
    OOMKilled: z.boolean().nullish(),
    StartedAt: z.string(),
    FinishedAt: z.string().nullish(),
    Health: z.object({ Status: z.string() }).nullish(),
  }),
  RestartCount: z.number().nullish(),
  Config: z.object({ Labels: z.record(z.string(), z.string()).nullish() }),
  HostConfig: z.object({
    AutoRemove: z.boolean().nullish(),
    NetworkMode: z.string().nullish(),
    PublishAllPorts: z.boolean().nullish(),
    PortBindings: z
      .record(z.string(), z.array(z.object({ HostPort: z.string().nullish() })).nullable())
      .nullish(),
    Links: z.array(z.string()).nullish(),
    RestartPolicy: z.object({ Name: z.string().nullish() }).nullish(),
    NanoCpus: z.number().nullish(),
    CpuQuota: z.number().nullish(),
    CpuPeriod: z.number().nullish(),
    CpusetCpus: z.string().nullish(),
    Memory: z.number().nullish(),
    MemorySwap: z.number().nullish(),
    MemoryReservation: z.number().nullish(),
  }),
  NetworkSettings: z.object({
    Networks: z.record(z.string(), endpoint),
    /** Published: `{ "8080/tcp": [{ HostIp, HostPort }] }`. */
    Ports: z
      .record(z.string(), z.array(z.object({ HostIp: z.string(), HostPort: z.string() })).nullable())
      .nullish(),
  }),
});

export type Endpoint = z.infer<typeof endpoint>;

export interface ContainerState {
  /** Whole; names may be given to another container meanwhile, ids never. */
  readonly id: string;
  readonly name: string;
  readonly status: z.infer<typeof inspected>['State']['Status'];
  /** Of its main process on the engine's machine; 0 = not running. */
  readonly pid: number;
  readonly exitCode: number;
  readonly oomKilled: boolean;
  /** ISO 8601; differs after every start. */
  readonly startedAt: string;
  /** When it last ended; ISO 8601, long ago when it never has. */
  readonly finishedAt: string;
  /** Times that the engine itself has restarted it. */
  readonly restartCount: number;
  /** `starting`, `healthy`, `unhealthy`; null: it has no health check. */
  readonly health: string | null;
  readonly labels: Readonly<Record<string, string>>;
  /** Compose's project and service; null: Compose did not make it. */
  readonly project: string | null;
  readonly service: string | null;
  /** It vanishes as soon as it ends. */
  readonly autoRemove: boolean;
  readonly restartPolicy: string;
  readonly networkMode: string;
  readonly limits: ContainerLimits;
  /** How many cores it is bound to; null: to none. */
  readonly boundCores: number | null;
  readonly networks: Readonly<Record<string, Endpoint>>;
  /** `8080/tcp=127.0.0.1:49153`, sorted. */
  readonly ports: readonly string[];
  /** Of the published, those whose port on the engine's machine is not fixed (`8080/tcp`, sorted): every start has others. */
  readonly portsChosenByDocker: readonly string[];
  /** Links of the old kind, to containers on the default bridge. */
  readonly bridgeLinks: readonly string[];
}

/** As Docker keeps them; 0 = none. */
export interface ContainerLimits {
  readonly nanoCpus: number;
  readonly cpuQuota: number;
  readonly cpuPeriod: number;
  readonly memoryBytes: number;
  /** Memory and swap together; −1 = no limit. */
  readonly memorySwapBytes: number;
  readonly memoryReservationBytes: number;
}

/** Undefined when the answer is not what Docker gives. */
export function containerState(answer: unknown): ContainerState | undefined {
  const { data } = inspected.safeParse(answer);
  if (data === undefined) return undefined;
  const { State: state, HostConfig: host, NetworkSettings: network } = data;
  const labels = data.Config.Labels ?? {};
  return {
    id: data.Id,
    name: data.Name.replace(/^\//, ''),
    status: state.Status,
    pid: state.Pid ?? 0,
    exitCode: state.ExitCode ?? 0,
    oomKilled: state.OOMKilled ?? false,
    startedAt: state.StartedAt,
    finishedAt: state.FinishedAt ?? '',
    restartCount: data.RestartCount ?? 0,
    health: state.Health?.Status ?? null,
    labels,
    project: labels['com.docker.compose.project'] ?? null,
    service: labels['com.docker.compose.service'] ?? null,
    autoRemove: host.AutoRemove ?? false,
    restartPolicy: host.RestartPolicy?.Name ?? 'no',
    networkMode: host.NetworkMode ?? 'default',
    limits: {
      nanoCpus: host.NanoCpus ?? 0,
      cpuQuota: host.CpuQuota ?? 0,
      cpuPeriod: host.CpuPeriod ?? 0,
      memoryBytes: host.Memory ?? 0,
      memorySwapBytes: host.MemorySwap ?? 0,
      memoryReservationBytes: host.MemoryReservation ?? 0,
    },
    boundCores: boundCores(host.CpusetCpus ?? ''),
    networks: network.Networks,
    ports: Object.entries(network.Ports ?? {})
      .flatMap(([port, bound]) => (bound ?? []).map((at) => `${port}=${at.HostIp}:${at.HostPort}`))
      .sort(),
    portsChosenByDocker: portsChosenByDocker(data),
    bridgeLinks: host.Links ?? [],
  };
}

/** `0-2,5` names four. */
function boundCores(list: string): number | null {
  const ranges = list.split(',').flatMap((range) => {
    const [, from = '', to = from] = /^(\d+)(?:-(\d+))?$/.exec(range.trim()) ?? [];
    return from === '' ? [] : [Number(to) - Number(from) + 1];
  });
  return ranges.length === 0 ? null : ranges.reduce((sum, cores) => sum + cores, 0);
}

function portsChosenByDocker({
  HostConfig: host,
  NetworkSettings: network,
}: z.infer<typeof inspected>): string[] {
  const asked = Object.entries(host.PortBindings ?? {});
  const open = asked.filter(([, at]) => at?.some(({ HostPort }) => !/^[1-9]\d*$/.test(HostPort ?? '')));
  const exposed = host.PublishAllPorts === true ? Object.entries(network.Ports ?? {}) : [];
  const rest = exposed.filter(([port, at]) => at !== null && !asked.some(([name]) => name === port));
  return [...open, ...rest].map(([port]) => port).sort();
}
