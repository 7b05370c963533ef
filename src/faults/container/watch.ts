// What is seen of a container around a fault: how it was, how it is right before the undo and after it, what it used.

import type { Clock } from '../../kernel/clock.ts';
import type { DockerPort } from '../clients/docker-port.ts';
import type { ContainerState } from '../clients/docker-state.ts';
import type { ContainerSeen } from './container-fault.ts';

type Usage = Awaited<ReturnType<DockerPort['usage']>>;

interface Reading {
  readonly usage: Usage;
  readonly askedMicros: number;
  readonly answeredMicros: number;
}

export interface ContainerWatch {
  /** The fault is on: what it uses is counted from here. Never rejects. */
  begin(): Promise<void>;
  /** It is about to be undone. Never rejects. */
  end(): Promise<void>;
  /** It has been undone. What the engine did not say is null. Never rejects. */
  seen(): Promise<ContainerSeen>;
}

export function watchContainer(
  engine: DockerPort,
  before: ContainerState,
  clock: Pick<Clock, 'nowMicros'>,
): ContainerWatch {
  const look = async (): Promise<ContainerState | null> =>
    (await engine.inspect(before.id).catch(() => undefined)) ?? null;
  const measure = async (): Promise<Reading | null> => {
    const askedMicros = clock.nowMicros();
    const usage = await engine.usage(before.id).catch(() => null);
    return usage === null ? null : { usage, askedMicros, answeredMicros: clock.nowMicros() };
  };
  let first: Reading | null = null;
  let last: Reading | null = null;
  let during: ContainerState | null = null;
  return {
    async begin() {
      first = await measure();
    },
    async end() {
      during = await look();
      if (first !== null) last = await measure();
    },
    async seen() {
      const [from, to] = [first?.usage, last?.usage];
      return {
        ...{ before, during, after: await look() },
        cpuMicros: grown(from?.cpuMicros, to?.cpuMicros),
        throttledPeriods: grown(from?.throttledPeriods, to?.throttledPeriods),
        memoryBytes: to?.memoryBytes ?? null,
        measuredMicros: first === null || last === null ? null : elapsedMicros(first, last),
      };
    },
  };
}

/** null when it was not seen twice, or began anew meanwhile. */
const grown = (from: number | undefined, to: number | undefined): number | null =>
  from === undefined || to === undefined || to < from ? null : to - from;

/**
 * By the engine's own times: it may answer only at its next reading, up to a second later. Within what our clock says, in
 * case that its clock was set meanwhile.
 */
function elapsedMicros(first: Reading, last: Reading): number | null {
  const [from, to] = [first.usage.readAtUnixMicros, last.usage.readAtUnixMicros];
  if (from === null || to === null) return null;
  const least = last.askedMicros - first.answeredMicros;
  return Math.min(Math.max(to - from, least), last.answeredMicros - first.askedMicros);
}
