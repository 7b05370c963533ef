// Looking names up: those who want the same name at the same time share one look-up, so that none queues for a thread.

import type { LookupAddress, LookupAllOptions } from 'node:dns';
import { lookup as lookUp } from 'node:dns';

/** `addresses` is empty when there is an error. */
export type Found = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void;

/** `family` 0 = both. */
export type LookUp = (hostname: string, family: number, done: Found) => void;

/** Where connections may go: asked for every one that is opened, so that nothing else is connected to. */
export interface HostGate {
  /** The addresses that this host was found at and checked before the run; undefined = it was not asked about then. */
  pinned(hostname: string): readonly string[] | undefined;
  /** Looks up what is not pinned; what must not be connected to is an error. */
  readonly lookUp: LookUp;
  /** Why nothing may be sent to an address that was written as such; null = it may. */
  refusal(address: string): Error | null;
}

const underWay = new Map<string, Found[]>();

/**
 * Node looks names up on four threads that files and compression need, too: a burst of new connections would wait there,
 * in here, for the same answer. Nothing is remembered: who asks after the answer asks anew. `family` 0 = both.
 */
export function lookUpName(hostname: string, family: number, done: Found): void {
  const key = `${family} ${hostname}`;
  const others = underWay.get(key);
  if (others !== undefined) {
    others.push(done);
    return;
  }
  const waiting = [done];
  underWay.set(key, waiting);
  const options: LookupAllOptions = { family, all: true, verbatim: true };
  lookUp(hostname, options, (error, addresses) => {
    underWay.delete(key);
    for (const found of waiting) found(error, error === null ? addresses : []);
  });
}
