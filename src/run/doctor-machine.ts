// What this machine has, found out by looking: processors, memory, limits, and the servers that faults can use.

import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { packagePath } from '../kernel/entry.ts';
import { parseDescriptorLimit } from '../measure/machine-probe.ts';
import { findPostgres } from '../system/postgres-binaries.ts';
import type { Reached } from './doctor-reach.ts';
import { reachDocker, reachToxiproxy } from './doctor-reach.ts';

export interface MachineFacts {
  readonly processors: number;
  readonly processorModel: string;
  /** Processors that a container may use; null = no limit known. */
  readonly quota: number | null;
  readonly memoryBytes: number;
  /** Not in use, or still allowed to this container. */
  readonly availableBytes: number;
  readonly node: string;
  /** Open files allowed to this process; null = unknown or no limit. */
  readonly openFiles: number | null;
  /** Ports that connections to one address can come from; null = unknown. */
  readonly ephemeralPorts: number | null;
  readonly docker: Reached;
  readonly toxiproxy: Reached;
  readonly postgres: 'embedded' | 'yours' | 'absent';
}

const textOf = (path: string): Promise<string | null> => readFile(path, 'utf8').catch(() => null);

/** Takes a second at most. Never rejects. */
export async function lookAtMachine(environment: NodeJS.ProcessEnv = process.env): Promise<MachineFacts> {
  const [docker, toxiproxy, quota, ports, memory, openFiles] = await Promise.all([
    reachDocker(environment['DOCKER_HOST']),
    reachToxiproxy(environment['TOXIPROXY_URL']),
    textOf('/sys/fs/cgroup/cpu.max').then(parseQuota),
    textOf('/proc/sys/net/ipv4/ip_local_port_range').then(parsePortRange),
    textOf('/proc/meminfo').then(parseAvailable),
    openFileLimit(),
  ]);
  const allowed = process.constrainedMemory();
  const isConstrained = allowed > 0 && allowed < totalmem();
  return {
    processors: availableParallelism(),
    processorModel: cpus()[0]?.model.trim() ?? 'unknown',
    quota,
    memoryBytes: isConstrained ? allowed : totalmem(),
    availableBytes: Math.min(memory ?? freemem(), isConstrained ? process.availableMemory() : Infinity),
    node: process.version,
    openFiles,
    ephemeralPorts: ports,
    docker,
    toxiproxy,
    postgres: postgresOf(environment['DATABASE_URL']),
  };
}

/** `max 100000` = no limit; `150000 100000` = one and a half processors. */
export function parseQuota(text: string | null): number | null {
  const [, quota, period] = /^(\d+) (\d+)\s*$/.exec(text ?? '') ?? [];
  return quota === undefined || Number(period) === 0 ? null : Number(quota) / Number(period);
}

export function parsePortRange(text: string | null): number | null {
  const [, first, last] = /^(\d+)\s+(\d+)\s*$/.exec(text ?? '') ?? [];
  return first === undefined ? null : Math.max(0, Number(last) - Number(first) + 1);
}

export function parseAvailable(text: string | null): number | null {
  const kibibytes = /^MemAvailable:\s+(\d+) kB$/m.exec(text ?? '')?.[1];
  return kibibytes === undefined ? null : Number(kibibytes) * 1_024;
}

/** Node.js raises the soft limit to the hard one when it starts: this is what its sockets can really have. */
async function openFileLimit(): Promise<number | null> {
  const limits = await textOf('/proc/self/limits');
  if (limits !== null) return parseDescriptorLimit(limits);
  Object.assign(process.report, { excludeNetwork: true }); // it would look up names
  const report = process.report.getReport() as { userLimits?: { open_files?: { soft?: unknown } } };
  const soft = Number(report.userLimits?.open_files?.soft);
  return Number.isFinite(soft) && soft > 0 ? soft : null;
}

function postgresOf(databaseUrl: string | undefined): MachineFacts['postgres'] {
  if (databaseUrl !== undefined && databaseUrl !== '') return 'yours';
  return findPostgres(packagePath('.')) === undefined ? 'absent' : 'embedded';
}
