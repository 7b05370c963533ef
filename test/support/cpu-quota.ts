// Takes CPU time away from a process the way a container's limit does, by a control group of the kernel.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

export interface CpuQuota {
  /** Puts a process, with all its threads, under the quota. */
  hold(pid: number): void;
  /** Lets everything go and removes the group. */
  close(): Promise<void>;
}

interface Hierarchy {
  readonly root: string;
  readonly limit: (folder: string, share: number) => void;
}

const periodMicros = 100_000;
const write = (folder: string, file: string, value: string | number): void =>
  writeFileSync(join(folder, file), String(value));

const hierarchies: readonly Hierarchy[] = [
  {
    root: '/sys/fs/cgroup/cpu',
    limit: (folder, share) => {
      write(folder, 'cpu.cfs_period_us', periodMicros);
      write(folder, 'cpu.cfs_quota_us', Math.round(periodMicros * share));
    },
  },
  {
    root: '/sys/fs/cgroup',
    limit: (folder, share) => write(folder, 'cpu.max', `${Math.round(periodMicros * share)} ${periodMicros}`),
  },
];

function usable({ root }: Hierarchy): boolean {
  if (root !== '/sys/fs/cgroup') return existsSync(join(root, 'cpu.cfs_quota_us'));
  const file = join(root, 'cgroup.subtree_control');
  return existsSync(file) && readFileSync(file, 'utf8').split(/\s+/).includes('cpu');
}

/** `share` of one core. Returns the reason where this machine does not let us: no root, no such hierarchy. */
export function openCpuQuota(share: number): CpuQuota | string {
  const hierarchy = hierarchies.find(usable);
  if (hierarchy === undefined) return 'no CPU control group that this process may use';
  const folder = join(hierarchy.root, `mettle-test-${process.pid}-${Date.now()}`);
  try {
    mkdirSync(folder);
  } catch (error) {
    return `no CPU control group: ${String(error)}`;
  }
  hierarchy.limit(folder, share);
  return {
    hold: (pid) => write(folder, 'cgroup.procs', pid),
    close: async () => {
      for (const pid of readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean)) {
        try {
          write(hierarchy.root, 'cgroup.procs', pid);
        } catch {
          continue; // it ended meanwhile
        }
      }
      for (let tries = 0; existsSync(folder) && tries < 50; tries += 1) {
        try {
          rmdirSync(folder);
        } catch {
          await wait(100);
        }
      }
      if (existsSync(folder)) throw new Error(`${folder} is left: ${readdirSync(folder).join(' ')}`);
    },
  };
}
