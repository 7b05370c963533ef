// Faults on containers within one command: chosen and guarded at the moment of injection, counted while they last.

import type { DockerAddress, DockerPort } from '../faults/clients/docker-port.ts';
import type { ContainerState } from '../faults/clients/docker-state.ts';
import { connectDocker } from '../faults/clients/docker.ts';
import { guardBeside, idsUnder } from '../faults/container/beside.ts';
import { chooseContainers } from '../faults/container/select.ts';
import { containerSelector } from '../faults/container/selector.ts';
import type { Injection } from '../faults/fault.ts';
import { injectOnContainers, isUndoFailed } from '../faults/inject-container.ts';
import type { ContainerFaultSpec } from '../faults/registry.ts';
import type { Tracker } from '../kernel/ports.ts';
import { createRandom, deriveSeed } from '../kernel/random.ts';
import { occurrenceName } from '../record/fault-name.ts';
import type { ScheduledFault } from '../scenario/scenario.ts';
import type { TargetSpec } from '../system/target-spec.ts';
import { containerHolds } from './container-holds.ts';
import type { LockPort } from './container-holds.ts';

export interface ContainerFaults {
  /** The engine; null: nothing of this run needs one. */
  readonly docker: DockerAddress | null;
  /** Rejects when nothing may be, or could be, injected; nothing is left then, or the error has the exit code 4. */
  inject(fault: ScheduledFault, spec: ContainerFaultSpec, run: ContainerRun): Promise<Injection>;
}

/** The run that a fault belongs to: a verification has many. */
interface ContainerRun {
  readonly seed: number;
  readonly tracker: Tracker;
  readonly onActing: (effectAtMicros: number) => void;
}

/** `docker`: the engine that the guard has let pass; null: no fault of the scenario needs one. */
export function containerFaults(
  target: Pick<TargetSpec, 'docker'>,
  docker: DockerAddress | null,
  lock?: LockPort,
): ContainerFaults {
  const holds = containerHolds(lock);
  return {
    docker,
    async inject(fault, spec, { seed, tracker, onActing }) {
      if (docker === null) throw new Error('no Docker engine was asked for');
      const engine = await connectDocker(docker);
      const others = idsUnder(holds.faults());
      const chosen = await chosenFor(fault, { engine, target, seed, held: others });
      const own = { name: occurrenceName(fault), spec, containers: chosen };
      guardBeside(own, holds.faults());
      const release = await holds.hold(own);
      const { id, forMicros } = fault;
      try {
        const containers = await asTheyAre(engine, chosen);
        return releasing(
          await injectOnContainers({ id, spec, forMicros, tracker, docker, containers, onActing }),
          release,
        );
      } catch (error) {
        if (!isUndoFailed(error)) await release();
        throw error;
      }
    },
  };
}

/** Looked at anew now that nobody else can change them: what is put back is what is found here. */
const asTheyAre = (engine: DockerPort, chosen: readonly ContainerState[]): Promise<ContainerState[]> =>
  // One that has been removed meanwhile is told of where it is acted upon.
  Promise.all(chosen.map(async (state) => (await engine.inspect(state.id)) ?? state));

/** What could not be undone is still on its containers: they are not let go of. */
const releasing = (injection: Injection, release: () => Promise<void>): Injection => ({
  ...injection,
  async clear(onCleared) {
    const result = await injection.clear(onCleared);
    if (result.status === 'undone') await release();
    return result;
  },
});

export interface ChoiceScene {
  readonly engine: DockerPort;
  readonly target: Pick<TargetSpec, 'docker'>;
  readonly seed: number;
  /** Ids that other faults hold at that moment. */
  readonly held: ReadonlySet<string>;
}

/** The containers of a fault, by its selector and the run's seed: the same ones for as long as they are there. */
export async function chosenFor(
  { id, on, pick }: ScheduledFault,
  { engine, target, seed, held }: ChoiceScene,
): Promise<ContainerState[]> {
  const selector = containerSelector(on);
  if (selector === null) throw new Error(`${on} names no container`);
  const random = createRandom(deriveSeed(seed, `containers of ${id}`));
  return await chooseContainers(engine, { on, selector, pick, random, rules: target.docker, held });
}
