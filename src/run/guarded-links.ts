// Where proxies of a run may lead: to the target and its declared dependencies, at addresses that were checked.

import type { ProxyBackend } from '../faults/fault.ts';
import { answeringAddress } from '../faults/answering.ts';
import { gatedAddresses, hostGate } from '../faults/pins.ts';
import type { Pins } from '../faults/pins.ts';
import { MettleError } from '../kernel/errors.ts';
import type { Address, LinkPort } from '../kernel/ports.ts';
import type { TargetSpec } from '../system/target-spec.ts';

interface Declared {
  readonly target: Pick<TargetSpec, 'name' | 'allow' | 'dependencies' | 'clients'>;
  readonly pins?: Pins;
}

/**
 * Links by declared names only, and to addresses: a proxy that was given a name would look it up itself, again, for every
 * connection. Rejects with UPSTREAM (exit code 2) or HOST_NOT_ALLOWED.
 */
export function guardedLinks(backend: ProxyBackend | null, { target, pins = {} }: Declared): LinkPort {
  const gate = hostGate(pins, target.allow);
  const names = ['clients', ...Object.keys(target.clients), ...Object.keys(target.dependencies)];
  const checked = async ({ host, port }: Address): Promise<Address> => ({
    host: await answeringAddress(await gatedAddresses(gate, host), port),
    port,
  });
  return {
    open: async (name, upstream) => {
      if (backend === null) throw new Error('no fault of this scenario uses a proxy');
      if (!names.includes(name)) throw undeclared(name, target.name);
      const link = await backend.open(name, await checked(upstream));
      return {
        ...link,
        get upstream() {
          return link.upstream;
        },
        retarget: async (next) => await link.retarget(await checked(next)),
      };
    },
  };
}

const undeclared = (name: string, target: string): MettleError =>
  new MettleError({
    code: 'UPSTREAM',
    message: `no proxy is opened for ${name}: the target ${target} declares no such dependency or client`,
    hint: 'declare it in the target file',
  });
