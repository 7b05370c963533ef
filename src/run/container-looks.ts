// Looking at one container: what it uses and how it stands, one look at a time, and what could not be seen.

import type { DockerPort } from '../faults/clients/docker-port.ts';
import type { ContainerState } from '../faults/clients/docker-state.ts';
import type { ContainerUsage } from '../faults/clients/docker-usage.ts';
import type { Clock } from '../kernel/clock.ts';
import { messageOf } from '../kernel/errors.ts';
import { type ContainerFigures, containerFigures } from './container-figures.ts';

export interface Lookout {
  readonly engine: DockerPort;
  readonly clock: Clock;
  /** Of the engine's clock to ours. One for the whole run: the wall clock may be set while it lasts. */
  readonly unixOffsetMicros: number;
}

const everyMicros = 1_000_000;

export interface LookedAt {
  readonly name: string;
  readonly figures: ContainerFigures;
  isBusy: boolean;
  /** The newest look; null: none yet. */
  beganMicros: number | null;
  looks: number;
  /** Those that would have been due while one lasted. */
  skipped: number;
  failures: number;
  firstFailure: string;
  /** Whether any look found it running. */
  wasRunning: boolean;
}

/** `hasRun`: it is known to have run before. */
export const lookedAt = (name: string, hasRun: boolean, service: string | null): LookedAt => ({
  ...{ name, figures: containerFigures(name, hasRun, service), isBusy: false, beganMicros: null },
  ...{ looks: 0, skipped: 0, failures: 0, firstFailure: '', wasRunning: false },
});

/**
 * Called more often than a look is due: some engines answer once a second, at moments of their own, and the next look then
 * begins as soon as it can. One that has not ended keeps the next from beginning: requests must not pile up. Never rejects.
 */
export async function lookIfDue(lookout: Lookout, container: LookedAt): Promise<void> {
  const beganMicros = lookout.clock.nowMicros();
  const sinceMicros = beganMicros - (container.beganMicros ?? beganMicros - everyMicros);
  if (container.isBusy || sinceMicros < 0.9 * everyMicros) return;
  container.isBusy = true;
  container.beganMicros = beganMicros;
  container.looks += 1;
  container.skipped += Math.max(0, Math.round(sinceMicros / everyMicros) - 1);
  try {
    await look(lookout, container);
  } catch (error) {
    container.failures += 1;
    container.firstFailure ||= messageOf(error);
  } finally {
    container.isBusy = false;
  }
}

async function look({ engine, clock, unixOffsetMicros }: Lookout, container: LookedAt): Promise<void> {
  const { name, figures } = container;
  const askedMicros = clock.nowMicros();
  const usage: ContainerUsage | Error = await engine.usage(name).catch(asError);
  const answeredMicros = clock.nowMicros();
  const state: ContainerState | undefined = await engine.inspect(name);
  // Removed; it may come back under its name. Docker then takes the name for the beginning of another's id.
  if (state?.name !== name) return;
  const isAnew = figures.stands(state);
  const runs = state.status === 'running' || state.status === 'paused';
  container.wasRunning ||= runs;
  if (usage instanceof Error) {
    // While it ends or starts the engine cannot tell, and there is nothing to tell.
    if (runs && !isAnew) throw usage;
    return;
  }
  if (runs && usage.readAtUnixMicros !== null && usage.memoryBytes === null)
    throw new Error('the engine does not tell its memory');
  figures.add({ askedMicros, answeredMicros, unixOffsetMicros, usage, state });
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(messageOf(error)));

/** What could not be seen, one sentence each. */
export function lookNotes(containers: readonly LookedAt[]): string[] {
  const sum = (key: 'looks' | 'skipped'): number => containers.reduce((total, one) => total + one[key], 0);
  const skipped = sum('skipped');
  const idle = containers.filter(({ wasRunning, failures }) => !wasRunning && failures === 0);
  const slow = `${skipped} of ${skipped + sum('looks')} looks at containers were left out: the Docker engine was still busy with the one before`;
  return [
    ...containers.flatMap(({ name, failures, looks, firstFailure }) =>
      failures === 0
        ? []
        : [`container ${name} could not be looked at ${failures} of ${looks} times, first: ${firstFailure}`],
    ),
    ...(skipped === 0 ? [] : [slow]),
    ...(idle.length === 0
      ? []
      : [`not running at any look, so without figures: ${idle.map(({ name }) => name).join(', ')}`]),
  ];
}
