// How many cores a process may use: those of the machine, less what its affinity or a control group takes away.

import { availableParallelism } from 'node:os';
import { readProc } from './proc-readings.ts';

const cgroupRoot = '/sys/fs/cgroup';

/** Of this process at this moment; a fraction where a quota gives one. Throws like readProc. */
export function usableCores(
  pid: number,
  textOf: (path: string) => string | undefined = readProc,
  machine = availableParallelism(),
): number {
  const allowed = /^Cpus_allowed_list:\s*(\S+)/m.exec(textOf(`/proc/${pid}/status`) ?? '')?.[1];
  const groups = (textOf(`/proc/${pid}/cgroup`) ?? '').split('\n').flatMap(quotaFolders);
  const quotas = groups.flatMap(({ folder, version }) =>
    version === 2
      ? quotaOf(textOf(`${folder}/cpu.max`))
      : quotaOf(`${textOf(`${folder}/cpu.cfs_quota_us`)} ${textOf(`${folder}/cpu.cfs_period_us`)}`),
  );
  return Math.min(countList(allowed) ?? machine, ...quotas);
}

/** `0-1,4` are three; undefined: not such a list. */
export function countList(list: string | undefined): number | undefined {
  const sizes = (list ?? '').split(',').map((part) => {
    const [, from, to] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
    return from === undefined ? Number.NaN : Number(to ?? from) - Number(from) + 1;
  });
  const sum = sizes.reduce((total, size) => total + size, 0);
  return sum > 0 ? sum : undefined;
}

interface GroupFolder {
  readonly folder: string;
  readonly version: 1 | 2;
}

/**
 * A line of /proc/<pid>/cgroup: its folder and all above it, since each may limit. Inside a container the path may be the
 * one outside: then only the last of them, the root, exists, and is the container's own.
 */
function quotaFolders(line: string): GroupFolder[] {
  const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
  if (controllers === undefined || path === undefined) return [];
  const version = controllers === '' ? 2 : 1;
  if (version === 1 && !controllers.split(',').includes('cpu')) return [];
  const roots = version === 2 ? [cgroupRoot] : [`${cgroupRoot}/cpu`, `${cgroupRoot}/cpu,cpuacct`];
  const parts = path.split('/').filter((part) => part !== '' && part !== '..');
  return roots.flatMap((root) =>
    Array.from({ length: parts.length + 1 }, (_, depth) => ({
      folder: [root, ...parts.slice(0, depth)].join('/'),
      version,
    })),
  );
}

/** `150000 100000` = one and a half cores; `max 100000` and `-1 100000` are no limit. */
function quotaOf(text: string | undefined): number[] {
  const [, quota, period] = /^(\d+)\s+(\d+)\s*$/.exec(text ?? '') ?? [];
  return quota === undefined || Number(quota) === 0 || Number(period) === 0
    ? []
    : [Number(quota) / Number(period)];
}
