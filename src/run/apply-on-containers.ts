// A fault by hand on containers: chosen and guarded by the same rules as those of a scenario.

import { connectDocker } from '../faults/clients/docker.ts';
import { dockerEngine } from '../faults/container/engine.ts';
import { guardFaults } from '../faults/guard.ts';
import { hostOfUrl } from '../faults/hosts.ts';
import { kindsOn, placed, undoInWords } from '../faults/registry.ts';
import { MettleError } from '../kernel/errors.ts';
import type { ScheduledFault } from '../scenario/scenario.ts';
import type { DockerAllowance } from '../system/target-spec.ts';
import type { Place, PreparedPlace } from './apply-fault.ts';
import { chosenFor, containerFaults } from './container-faults.ts';
import { planAll } from './guard-containers.ts';
import { guardExec } from './guard-exec.ts';

export interface ContainersRequest {
  readonly fault: ScheduledFault;
  /** Of the target file; without one: labelled containers, one at a time. */
  readonly rules: DockerAllowance;
  readonly seed: number;
  readonly allow: readonly string[];
  readonly allowProduction: boolean;
  readonly allowExec: boolean;
}

/** What holds where no target file says more. */
export const noAllowance: DockerAllowance = { project: null, host: null, maxContainers: 1, maxShare: 1 };

export const onContainers = (request: ContainersRequest): Place => ({
  lock: `containers ${request.fault.on}`,
  prepare: () => prepareContainers(request),
});

async function prepareContainers(request: ContainersRequest): Promise<PreparedPlace> {
  const { fault, rules, seed, allow, allowProduction, allowExec } = request;
  const kinds = kindsOn('container');
  if (!kinds.includes(fault.fault.kind)) {
    throw new MettleError({
      code: 'FAULT_PLACE',
      message: `${fault.fault.kind} cannot be put on containers`,
      hint: `what can: ${kinds.join(', ')}`,
    });
  }
  const { place, spec } = placed(fault.fault, fault.on);
  if (place !== 'container') throw new Error(`${fault.on} names no containers`);
  guardExec([fault], allowExec);
  const docker = await dockerEngine({ stated: rules.host, environment: process.env, allow });
  if (!docker.host.startsWith('unix:')) {
    const what = `the Docker engine at ${docker.host}`;
    guardFaults(what, hostOfUrl(docker.host), { environment: null, allowProduction });
  }
  const engine = await connectDocker(docker);
  await engine.ping();
  const target = { docker: rules };
  const containers = await chosenFor(fault, { engine, target, seed, held: new Set() });
  await planAll(fault, containers, docker);
  return {
    where: `${fault.on} (${containers.map(({ name }) => name).join(', ')})`,
    details: [`Docker engine ${docker.host}`],
    undo: undoInWords(fault.fault, fault.on),
    leftovers: () => Promise.resolve([]),
    inject: (journal) =>
      containerFaults(target, docker).inject(fault, spec, {
        seed,
        tracker: journal,
        onActing: () => undefined,
      }),
  };
}
