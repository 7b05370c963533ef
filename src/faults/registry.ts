// Every fault there is. A new one: one file in network/ (or a folder of its own kind), one line here.

import { z } from 'zod';
import type { Fault } from './fault.ts';
import { down } from './network/down.ts';
import { latency } from './network/latency.ts';
import { resetPeer } from './network/reset-peer.ts';
import { timeout } from './network/timeout.ts';

export const faults = [latency, timeout, resetPeer, down] as const;

/** A normalised fault: plain data, told apart by `kind`. */
export type FaultSpec = z.output<(typeof faults)[number]['input']>;

type InputsOf<Faults extends readonly { readonly input: unknown }[]> = {
  -readonly [Index in keyof Faults]: Faults[Index]['input'];
};

/** `{ fault: latency, with: { latency: 300ms } }` as written; the output is the normalised fault. */
export const faultInputSchema = z.discriminatedUnion(
  'fault',
  // map() forgets that a tuple's members keep their places.
  faults.map(({ input }) => input) as unknown as InputsOf<typeof faults>,
);

/** The fault of a specification. The registry is what ties the two types together, hence the one cast. */
export function faultOf<Spec extends FaultSpec>(
  spec: Spec,
): Fault<Spec> & { parameters(spec: Spec): Record<string, string> } {
  const found = faults.find((fault) => fault.kind === spec.kind);
  if (found === undefined) throw new Error(`no fault is called ${spec.kind}`);
  return found as unknown as Fault<Spec> & { parameters(spec: Spec): Record<string, string> };
}

/** What was asked for, as a person would write it, defaults included: for records and reports. */
export const faultParameters = (spec: FaultSpec): Record<string, string> => faultOf(spec).parameters(spec);
