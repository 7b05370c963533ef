// Every fault there is. A new one: one file in network/ (or a folder of its own kind), one line here.

import { z } from 'zod';
import type { Fault, FaultProcess } from './fault.ts';
import { bandwidth } from './network/bandwidth.ts';
import { down } from './network/down.ts';
import { latency } from './network/latency.ts';
import { limitData } from './network/limit-data.ts';
import { resetPeer } from './network/reset-peer.ts';
import { slicer } from './network/slicer.ts';
import { slowClose } from './network/slow-close.ts';
import { timeout } from './network/timeout.ts';
import { pause } from './process/pause.ts';

export const networkFaults = [
  ...[latency, bandwidth, slowClose, timeout],
  ...[resetPeer, slicer, limitData, down],
] as const;

const processFaults = [pause] as const;

const faults = [...networkFaults, ...processFaults] as const;

export type NetworkFaultSpec = z.output<(typeof networkFaults)[number]['input']>;
export type ProcessFaultSpec = z.output<(typeof processFaults)[number]['input']>;
/** A normalised fault: plain data, told apart by `kind`. */
export type FaultSpec = NetworkFaultSpec | ProcessFaultSpec;

type InputsOf<Faults extends readonly { readonly input: unknown }[]> = {
  -readonly [Index in keyof Faults]: Faults[Index]['input'];
};

/** `{ fault: latency, with: { latency: 300ms } }` as written; the output is the normalised fault. */
export const faultInputSchema = z.discriminatedUnion(
  'fault',
  // map() forgets that a tuple's members keep their places.
  faults.map(({ input }) => input) as unknown as InputsOf<typeof faults>,
);

type Notated<Spec> = { parameters(spec: Spec): Record<string, string> };

/** Is it put on a process? Else it is put on a link. */
export const isProcessFault = (spec: FaultSpec): spec is ProcessFaultSpec =>
  processFaults.some(({ kind }) => kind === spec.kind);

/** The registry is what ties a specification's type and its fault's together, hence the one cast of each. */
function found<Kind extends { readonly kind: string }>(known: readonly Kind[], kind: string): Kind {
  const fault = known.find((candidate) => candidate.kind === kind);
  if (fault === undefined) throw new Error(`no fault is called ${kind}`);
  return fault;
}

/** The fault of a specification. */
export const faultOf = <Spec extends NetworkFaultSpec>(spec: Spec): Fault<Spec> & Notated<Spec> =>
  found(networkFaults, spec.kind) as unknown as Fault<Spec> & Notated<Spec>;

export const processFaultOf = <Spec extends ProcessFaultSpec>(spec: Spec): Fault<Spec, FaultProcess> =>
  found(processFaults, spec.kind);

/** What was asked for, as a person would write it, defaults included: for records and reports. */
export const faultParameters = (spec: FaultSpec): Record<string, string> =>
  (found<{ readonly kind: string }>(faults, spec.kind) as unknown as Notated<FaultSpec>).parameters(spec);
