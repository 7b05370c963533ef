// Every fault there is. A new one: one file in network/ (or a folder of its own kind), one line here.

import { z } from 'zod';
import type { ContainerFault } from './container/container-fault.ts';
import { cpu } from './container/cpu.ts';
import { disconnect } from './container/disconnect.ts';
import { exec } from './container/exec.ts';
import { kill as containerKill } from './container/kill.ts';
import { memory } from './container/memory.ts';
import { pause as containerPause } from './container/pause.ts';
import { restart as containerRestart } from './container/restart.ts';
import { containerSelector } from './container/selector.ts';
import { stop as containerStop } from './container/stop.ts';
import type { Fault } from './fault.ts';
import { bandwidth } from './network/bandwidth.ts';
import { connections } from './network/connections.ts';
import { down } from './network/down.ts';
import { latency } from './network/latency.ts';
import { limitData } from './network/limit-data.ts';
import { resetPeer } from './network/reset-peer.ts';
import { slicer } from './network/slicer.ts';
import { slowClose } from './network/slow-close.ts';
import { timeout } from './network/timeout.ts';
import { kill } from './process/kill.ts';
import { pause } from './process/pause.ts';
import type { ProcessFault } from './process/process-fault.ts';
import { restart } from './process/restart.ts';

export const networkFaults = [
  ...[latency, bandwidth, slowClose, timeout],
  ...[resetPeer, slicer, limitData, down],
  connections,
] as const;

const processFaults = [pause, kill, restart] as const;

const containerFaults = [
  ...[containerKill, containerStop, containerRestart, containerPause],
  ...[disconnect, cpu, memory, exec],
] as const;

const faults = [...networkFaults, ...processFaults, ...containerFaults] as const;

/** What may stand after `fault:`. */
export const faultKinds: readonly string[] = [...new Set<string>(faults.map(({ kind }) => kind))];

export type NetworkFaultSpec = z.output<(typeof networkFaults)[number]['input']>;
export type ProcessFaultSpec = z.output<(typeof processFaults)[number]['input']>;
export type ContainerFaultSpec = z.output<(typeof containerFaults)[number]['input']>;
/** A normalised fault: plain data, told apart by `kind`. */
export type FaultSpec = NetworkFaultSpec | ProcessFaultSpec | ContainerFaultSpec;

type InputsOf<Faults extends readonly { readonly input: unknown }[]> = {
  -readonly [Index in keyof Faults]: Faults[Index]['input'];
};

/** `{ fault: latency, with: { latency: 300ms } }` as written; the output is the normalised fault. */
export const faultInputSchema = z.discriminatedUnion(
  'fault',
  // map() forgets that a tuple's members keep their places; what processes and containers share is one notation.
  [...new Set<unknown>(faults.map(({ input }) => input))] as unknown as InputsOf<typeof faults>,
);

type Notated<Spec> = { parameters(spec: Spec): Record<string, string> };

/** What a fault is put on: a proxied link, a process that Mettle has started, or containers. */
export type Place = 'link' | 'process' | 'container';

const faultsOf = { link: networkFaults, process: processFaults, container: containerFaults } as const;

/** The kinds of fault that can be put there. */
export const kindsOn = (place: Place): readonly string[] => faultsOf[place].map(({ kind }) => kind);

/** `on` names containers, or else what the kind is for. Whether the kind can be put there is for `kindsOn` to say. */
export function placeOf(kind: string, on: string): Place {
  if (containerSelector(on) !== null) return 'container';
  return kindsOn('process').includes(kind) ? 'process' : 'link';
}

export type PlacedFault =
  | { readonly place: 'link'; readonly spec: NetworkFaultSpec }
  | { readonly place: 'process'; readonly spec: ProcessFaultSpec }
  | { readonly place: 'container'; readonly spec: ContainerFaultSpec };

/** A fault with its place, so that its type is known. Throws for a kind that cannot be put there. */
export function placed(spec: FaultSpec, on: string): PlacedFault {
  const place = placeOf(spec.kind, on);
  found<{ readonly kind: string }>(faultsOf[place], spec.kind);
  return { place, spec } as PlacedFault;
}

/** Can it be put on a link? */
export const isNetworkFault = (spec: FaultSpec): spec is NetworkFaultSpec =>
  networkFaults.some(({ kind }) => kind === spec.kind);

/** The registry is what ties a specification's type and its fault's together, hence the one cast of each. */
function found<Kind extends { readonly kind: string }>(known: readonly Kind[], kind: string): Kind {
  const fault = known.find((candidate) => candidate.kind === kind);
  if (fault === undefined) throw new Error(`no fault is called ${kind}`);
  return fault;
}

/** The fault of a specification. */
export const faultOf = <Spec extends NetworkFaultSpec>(spec: Spec): Fault<Spec> & Notated<Spec> =>
  found(networkFaults, spec.kind) as unknown as Fault<Spec> & Notated<Spec>;

export const processFaultOf = <Spec extends ProcessFaultSpec>(spec: Spec): ProcessFault<z.ZodType<Spec>> =>
  found<{ readonly kind: string }>(processFaults, spec.kind) as unknown as ProcessFault<z.ZodType<Spec>>;

export const containerFaultOf = <Spec extends ContainerFaultSpec>(
  spec: Spec,
): ContainerFault<z.ZodType<Spec>> =>
  found<{ readonly kind: string }>(containerFaults, spec.kind) as unknown as ContainerFault<z.ZodType<Spec>>;

/** What was asked for, as a person would write it, defaults included: for records and reports. */
export function faultParameters(spec: FaultSpec, on = ''): Record<string, string> {
  const known = faultsOf[placeOf(spec.kind, on)];
  return (found<{ readonly kind: string }>(known, spec.kind) as unknown as Notated<FaultSpec>).parameters(
    spec,
  );
}

/** What its undo does, for people. */
export function undoInWords(spec: FaultSpec, on: string): string {
  const fault = placed(spec, on);
  switch (fault.place) {
    case 'container':
      return containerFaultOf(fault.spec).undoInWords(fault.spec, on);
    case 'process':
      return processFaultOf(fault.spec).undoInWords(fault.spec, on);
    case 'link':
      if (fault.spec.kind === 'connections') return `close them all and see that none is left`;
      return `remove it from the proxy of ${on} and read that back`;
  }
}
