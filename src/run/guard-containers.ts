// Before anything is started: the engine answers, every fault on containers finds some, may have them, and can be undone.

import type { DockerAddress, DockerPort } from '../faults/clients/docker-port.ts';
import type { ContainerState } from '../faults/clients/docker-state.ts';
import { connectDocker } from '../faults/clients/docker.ts';
import { dockerEngine } from '../faults/container/engine.ts';
import { containerFaultOf, placed } from '../faults/registry.ts';
import { occurrencesOf } from '../scenario/occurrences.ts';
import type { Scenario, ScheduledFault } from '../scenario/scenario.ts';
import type { TargetSpec } from '../system/target-spec.ts';
import { chosenFor } from './container-faults.ts';

export interface ContainerPorts {
  readonly environment: NodeJS.ProcessEnv;
  readonly connect?: (address: DockerAddress) => Promise<DockerPort>;
  readonly resolve: (url: string) => Promise<readonly string[]>;
}

/**
 * The engine to use, or null when no fault of the scenario is put on containers. Throws MettleError (exit code 2). What
 * is found here is looked for again, and guarded again, at the moment of injection.
 */
export async function guardContainers(
  scenario: Scenario,
  target: TargetSpec,
  seed: number,
  { environment, connect = connectDocker, resolve }: ContainerPorts,
): Promise<DockerAddress | null> {
  const faults = occurrencesOf(scenario).filter(({ fault, on }) => placed(fault, on).place === 'container');
  const observed = target.observe.docker && target.docker.project !== null;
  if (faults.length === 0 && !observed) return null;
  const docker = await dockerEngine(
    { stated: target.docker.host, environment, allow: target.allow },
    resolve,
  );
  const engine = await connect(docker);
  await engine.ping();
  const ids = new Map<string, readonly string[]>();
  const inTime = [...faults].sort((a, b) => a.atMicros - b.atMicros);
  for (const fault of inTime) {
    const meanwhile = inTime.filter((other) => other.id !== fault.id && isOnAt(other, fault.atMicros));
    const held = new Set(meanwhile.flatMap(({ id }) => ids.get(id) ?? []));
    const containers = await chosenFor(fault, { engine, target, seed, held });
    ids.set(
      fault.id,
      containers.map(({ id }) => id),
    );
    await planAll(fault, containers, docker);
  }
  return docker;
}

const isOnAt = ({ atMicros, forMicros }: ScheduledFault, momentMicros: number): boolean =>
  atMicros <= momentMicros && momentMicros < atMicros + forMicros;

/** What Docker could not put back is refused here, before the load and not in the midst of it. */
export async function planAll(
  { id, on, fault }: ScheduledFault,
  containers: readonly ContainerState[],
  docker: DockerAddress,
): Promise<void> {
  const { place, spec } = placed(fault, on);
  if (place !== 'container') return;
  for (const state of containers) await containerFaultOf(spec).plan(spec, id, { docker, state });
}
