// What was checked is what is connected to: the gate that every connection of the load goes through.
//
// A name may stand for another address a moment after it was checked (DNS rebinding, a changed record). Hosts that the
// scenario and its target name are therefore looked up once, before anything starts, and pinned. Hosts that only a server
// names (redirects) are looked up when they are connected to, checked by the same rule, and those very addresses are used.

import { isIP } from 'node:net';
import type { HostGate, LookUp } from '../engines/name-lookup.ts';
import { lookUpName } from '../engines/name-lookup.ts';
import { MettleError } from '../kernel/errors.ts';
import { guardHost } from './guard.ts';
import { plainHost } from './hosts.ts';

/** Host, as `plainHost` writes it → every address that was checked. */
export type Pins = Readonly<Record<string, readonly string[]>>;

/** `allow`: hosts besides loopback. `lookUp`: the system's. */
export function hostGate(pins: Pins, allow: readonly string[], lookUp: LookUp = lookUpName): HostGate {
  const byName = new Map(Object.entries(pins));
  const checked = new Set(Object.values(pins).flat());
  const refusalOf = (host: string, addresses: readonly string[]): Error | null => {
    try {
      guardHost(plainHost(host), addresses, allow);
      return null;
    } catch (error) {
      if (error instanceof MettleError) return error;
      throw error;
    }
  };
  return {
    pinned: (hostname) => byName.get(plainHost(hostname)),
    refusal: (address) => (checked.has(address) ? null : refusalOf(address, [address])),
    lookUp: (hostname, family, done) =>
      lookUp(hostname, family, (error, addresses) => {
        const refusal =
          error ??
          refusalOf(
            hostname,
            addresses.map(({ address }) => address),
          );
        done(refusal, refusal === null ? addresses : []);
      }),
  };
}

/** Every address of a host that may be connected to, for those who are no load thread. Rejects as the gate does. */
export function gatedAddresses(gate: HostGate, host: string): Promise<readonly string[]> {
  if (isIP(host) !== 0) {
    const refusal = gate.refusal(host);
    return refusal === null ? Promise.resolve([host]) : Promise.reject(refusal);
  }
  const pinned = gate.pinned(host);
  if (pinned !== undefined) return Promise.resolve(pinned);
  return new Promise((resolve, reject) => {
    gate.lookUp(host, 0, (error, found) => {
      if (error === null) resolve(found.map(({ address }) => address));
      else reject(error);
    });
  });
}
