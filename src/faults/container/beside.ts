// Two faults on one container at the same time: refused where one would put back what the other had changed.

import { MettleError } from '../../kernel/errors.ts';
import type { ContainerState } from '../clients/docker-state.ts';
import { containerFaultOf } from '../registry.ts';
import type { ContainerFaultSpec } from '../registry.ts';

export interface FaultOnContainers {
  /** As people know it: `slow`, `slow #2`. */
  readonly name: string;
  readonly spec: ContainerFaultSpec;
  readonly containers: readonly Pick<ContainerState, 'id' | 'name'>[];
}

/** The containers that these are on. */
export const idsUnder = (faults: readonly FaultOnContainers[]): ReadonlySet<string> =>
  new Set(faults.flatMap(({ containers }) => containers.map(({ id }) => id)));

/** `held`: the faults that are on containers when it is put there. Throws a MettleError (exit code 2). */
export function guardBeside(fault: FaultOnContainers, held: readonly FaultOnContainers[]): void {
  for (const other of held) {
    if (!mustBeApart(fault, other)) continue;
    const shared = fault.containers.find(({ id }) => other.containers.some((theirs) => theirs.id === id));
    if (shared !== undefined) throw overlapping(fault, other, shared.name);
  }
}

const mustBeApart = (fault: FaultOnContainers, other: FaultOnContainers): boolean =>
  notBeside(fault).includes(other.spec.kind) || notBeside(other).includes(fault.spec.kind);

const notBeside = ({ spec }: FaultOnContainers): readonly string[] => containerFaultOf(spec).notBeside;

const overlapping = (fault: FaultOnContainers, other: FaultOnContainers, container: string): MettleError => {
  const [first, second] = [other, fault].map(({ name, spec }) => `${name} (${spec.kind})`);
  return new MettleError({
    code: 'FAULTS_OVERLAP',
    message: `the faults ${first} and ${second} would be on the container ${container} at the same time, and could not both be undone exactly`,
    hint: 'let one begin at least a second after the other has ended, or put them on different containers',
  });
};
