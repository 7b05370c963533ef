// The process trees of the target as a record keeps them, and what could not be seen of them.

import type { ProcessSeriesRecord } from '../record/observed-schema.ts';
import { canObserveProcesses } from '../system/observe-process.ts';
import type { ProcessSample } from '../system/system.ts';
import type { RunRequest } from './run-request.ts';

/** Looks from longer before the load say nothing about it. */
const keptBeforeMicros = 10_000_000;

/** Times from the start of the load; what came shortly before it is negative. */
export function processSeries(
  samples: readonly ProcessSample[],
  startAtMicros: number,
): ProcessSeriesRecord[] {
  const kept = samples.filter(({ atMicros }) => atMicros >= startAtMicros - keptBeforeMicros);
  const names = [...new Set(samples.map(({ name }) => name))];
  return names.map((name) => {
    const own = kept.filter((sample) => sample.name === name);
    const cores = own.at(-1)?.cores;
    return {
      name,
      ...(cores === undefined ? {} : { cores }),
      restarts: restartsIn(own),
      points: own.map(({ name: _name, root: _root, cores: _cores, atMicros, ...values }) => ({
        atMicros: Math.round(atMicros - startAtMicros),
        ...values,
      })),
    };
  });
}

/** One for each look at which another process stood at the root than at the look before, however long that was ago. */
const restartsIn = (samples: readonly ProcessSample[]): number =>
  samples.filter(({ root }, index) => {
    const before = samples[index - 1];
    return before !== undefined && before.root !== root;
  }).length;

interface Machine {
  readonly possible: boolean;
  readonly platform: string;
}

/** What this platform does not show of processes that were to be watched, one sentence each. */
export function missingOfProcesses(
  { target, variant }: Pick<RunRequest, 'target' | 'variant'>,
  { possible, platform }: Machine = { possible: canObserveProcesses, platform: process.platform },
): string[] {
  const asked = target.observe.process && target.variants[variant]?.kind === 'process';
  if (!asked || possible) return [];
  return [
    `CPU, memory, threads, open files, sockets and restarts of processes are seen on Linux only: this run on ${platform} has none of them`,
  ];
}
