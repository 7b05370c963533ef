// Faults on containers within one command: chosen and guarded at the moment of injection, counted while they last.

import type { DockerAddress, DockerPort } from '../faults/clients/docker-port.ts';
import type { ContainerState } from '../faults/clients/docker-state.ts';
import { connectDocker } from '../faults/clients/docker.ts';
import { chooseContainers } from '../faults/container/select.ts';
import { containerSelector } from '../faults/container/selector.ts';
import type { Injection } from '../faults/fault.ts';
import { injectOnContainers } from '../faults/inject-container.ts';
import type { ContainerFaultSpec } from '../faults/registry.ts';
import type { Tracker } from '../kernel/ports.ts';
import { createRandom, deriveSeed } from '../kernel/random.ts';
import type { ScheduledFault } from '../scenario/scenario.ts';
import type { TargetSpec } from '../system/target-spec.ts';

export interface ContainerFaults {
  /** The engine; null: nothing of this run needs one. */
  readonly docker: DockerAddress | null;
  /** Rejects when nothing may be, or could be, injected; nothing is left then, or the error has the exit code 4. */
  inject(
    fault: ScheduledFault,
    spec: ContainerFaultSpec,
    tracker: Tracker,
    onActing: (effectAtMicros: number) => void,
  ): Promise<Injection>;
}

/** `docker`: the engine that the guard has let pass; null: no fault of the scenario needs one. */
export function containerFaults(
  target: Pick<TargetSpec, 'docker'>,
  seed: number,
  docker: DockerAddress | null,
): ContainerFaults {
  const held = new Map<string, readonly string[]>();
  return {
    docker,
    async inject(fault, spec, tracker, onActing) {
      if (docker === null) throw new Error('no Docker engine was asked for');
      const others = new Set([...held].flatMap(([id, ids]) => (id === fault.id ? [] : ids)));
      const engine = await connectDocker(docker);
      const containers = await chosenFor(fault, { engine, target, seed, held: others });
      held.set(
        fault.id,
        containers.map(({ id }) => id),
      );
      const { id, forMicros } = fault;
      try {
        const injection = await injectOnContainers({
          ...{ id, spec, forMicros, tracker, docker, containers, onActing },
        });
        return { ...injection, clear: () => injection.clear().finally(() => held.delete(id)) };
      } catch (error) {
        held.delete(id);
        throw error;
      }
    },
  };
}

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
