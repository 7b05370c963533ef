// What is seen of a container around a fault: how it was, how it is right before the undo and after it, what it used.

import type { DockerPort } from '../clients/docker-port.ts';
import type { ContainerState } from '../clients/docker-state.ts';
import type { ContainerSeen } from './container-fault.ts';

type Usage = Awaited<ReturnType<DockerPort['usage']>>;

export interface ContainerWatch {
  /** The fault is on: what it uses is counted from here. Never rejects. */
  begin(): Promise<void>;
  /** It is about to be undone. Never rejects. */
  end(): Promise<void>;
  /** It has been undone. What the engine did not say is null. Never rejects. */
  seen(lastedMicros: number): Promise<ContainerSeen>;
}

export function watchContainer(engine: DockerPort, before: ContainerState): ContainerWatch {
  const look = async (): Promise<ContainerState | null> =>
    (await engine.inspect(before.id).catch(() => undefined)) ?? null;
  const measure = async (): Promise<Usage | null> => await engine.usage(before.id).catch(() => null);
  let first: Usage | null = null;
  let last: Usage | null = null;
  let during: ContainerState | null = null;
  return {
    async begin() {
      first = await measure();
    },
    async end() {
      during = await look();
      if (first !== null) last = await measure();
    },
    async seen(lastedMicros) {
      return {
        ...{ before, during, after: await look(), lastedMicros },
        cpuMicros: grown(first?.cpuMicros, last?.cpuMicros),
        throttledPeriods: grown(first?.throttledPeriods, last?.throttledPeriods),
        memoryBytes: last?.memoryBytes ?? null,
      };
    },
  };
}

/** null when it was not seen twice, or began anew meanwhile. */
const grown = (from: number | undefined, to: number | undefined): number | null =>
  from === undefined || to === undefined || to < from ? null : to - from;
