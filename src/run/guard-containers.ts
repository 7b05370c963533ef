// Before anything is started: the engine answers, every fault on containers finds some, may have them, and can be undone.

import type { DockerAddress, DockerPort } from '../faults/clients/docker-port.ts';
import type { ContainerState } from '../faults/clients/docker-state.ts';
import { connectDocker } from '../faults/clients/docker.ts';
import { guardBeside, idsUnder } from '../faults/container/beside.ts';
import type { FaultOnContainers } from '../faults/container/beside.ts';
import { dockerEngine } from '../faults/container/engine.ts';
import { containerFaultOf, placed } from '../faults/registry.ts';
import type { ContainerFaultSpec } from '../faults/registry.ts';
import { occurrenceName } from '../record/fault-name.ts';
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
  const planned = new Map<ScheduledFault, FaultOnContainers>();
  const inTime = [...faults].sort((a, b) => a.atMicros - b.atMicros);
  for (const fault of inTime) {
    const meanwhile = [...planned].flatMap(([other, on]) => (isOnAt(other, fault.atMicros) ? [on] : []));
    const containers = await chosenFor(fault, { engine, target, seed, held: idsUnder(meanwhile) });
    const own = { name: occurrenceName(fault), spec: specOf(fault), containers };
    guardBeside(own, meanwhile);
    planned.set(fault, own);
    await planAll(fault, containers, docker);
  }
  return docker;
}

function specOf({ fault, on }: ScheduledFault): ContainerFaultSpec {
  const { place, spec } = placed(fault, on);
  if (place !== 'container') throw new Error(`${on} names no container`);
  return spec;
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
