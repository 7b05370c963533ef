// Looking names up: those who want the same name at the same time share one look-up, so that none queues for a thread.

import type { LookupAddress, LookupAllOptions } from 'node:dns';
import { lookup as lookUp } from 'node:dns';

/** `addresses` is empty when there is an error. */
type Found = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void;

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
