// Undo of a limit on a container's processor time or memory: the values of before, read back.

import type { Json } from '../../kernel/json.ts';
import { significant } from '../../kernel/units.ts';
import type { DockerAddress } from '../clients/docker-port.ts';
import type { ContainerLimits, ContainerState } from '../clients/docker-state.ts';
import { containerData, lookAtContainer, onContainer } from './container.ts';
import type { UndoKind } from './undo-kind.ts';

type Data = Parameters<UndoKind['undo']>[0];

const keys = ['nanoCpus', 'cpuQuota', 'cpuPeriod', 'memoryBytes', 'memorySwapBytes'] as const;

/** A container's journal entry with what is set and what puts it back, as Docker's `update` takes them. */
export const limitsData = (
  docker: DockerAddress,
  state: ContainerState,
  set: Partial<ContainerLimits>,
  undo: Partial<ContainerLimits>,
): { readonly [key: string]: Json } => ({
  ...containerData(docker, state),
  set: { ...set },
  undo: { ...undo },
});

/** Throws when the journal entry does not hold them: guessing could leave a container with a limit that it never had. */
export function limitsOf(data: Data, which: 'set' | 'undo'): Partial<ContainerLimits> {
  const written = data[which];
  const entries = Object.entries(typeof written === 'object' && written !== null ? written : {});
  const limits = entries.flatMap(([key, value]) =>
    keys.some((known) => known === key) && typeof value === 'number' ? [[key, value] as const] : [],
  );
  if (limits.length === 0 || limits.length < entries.length)
    throw new Error(`the journal entry has no limits to ${which}`);
  return Object.fromEntries(limits);
}

/** How many cores a container may use; null: no limit. */
export function coresOf({ nanoCpus, cpuQuota, cpuPeriod }: ContainerLimits): number | null {
  // Docker's own −1 for “no quota” may stand beside a share, and the share is the one in force.
  if (cpuQuota > 0) return cpuQuota / (cpuPeriod > 0 ? cpuPeriod : 100_000);
  return nanoCpus > 0 ? nanoCpus / 1e9 : null;
}

/** No quota is 0 as long as none was ever set, and −1 afterwards. */
const same = (key: keyof ContainerLimits, now: number, asked: number): boolean =>
  now === asked || (key === 'cpuQuota' && now <= 0 && asked <= 0);

const flags: Partial<Record<keyof ContainerLimits, (value: number) => string>> = {
  nanoCpus: (value) => `--cpus ${significant(value / 1e9)}`,
  cpuQuota: (value) => `--cpu-quota ${value}`,
  memoryBytes: (value) => `--memory ${value}`,
  memorySwapBytes: (value) => `--memory-swap ${value}`,
};

/** It was ended by what was done to it, and nothing starts it again. */
const ranOut = (data: Data, { status, oomKilled }: ContainerState): boolean =>
  data.startAgain === true && oomKilled && (status === 'exited' || status === 'dead');

function left(data: Data, state: ContainerState): string | null {
  const undo = Object.entries(limitsOf(data, 'undo')) as [keyof ContainerLimits, number][];
  const wrong = undo.filter(([key, asked]) => !same(key, state.limits[key], asked));
  if (wrong.length > 0) {
    const words = undo.map(([key, asked]) => flags[key]?.(asked) ?? '').join(' ');
    return `still limited; by hand: docker update ${words} ${state.name}`;
  }
  return ranOut(data, state) ? `ended for lack of memory; by hand: docker start ${state.name}` : null;
}

/** data: what `limitsData` gives, and `startAgain` for what may have ended the container. */
export const containerLimitsUndo: UndoKind = {
  kind: 'container-limits',
  where: 'docker',
  async undo(data, _snapshot, limits) {
    const undo = limitsOf(data, 'undo');
    await onContainer(data, limits, async (docker, state) => {
      if (left(data, state) === null) return;
      await docker.update(state.id, undo);
      if (ranOut(data, state)) await docker.start(state.id);
    });
  },
  verify: (data, _snapshot, limits) => lookAtContainer(data, limits, (state) => left(data, state)),
};
