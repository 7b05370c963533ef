// The contract of a fault, and what the run sees of one that was injected.

import type { Link, LinkPort, Tracker, UndoIntent } from '../kernel/ports.ts';
import type { ProcessTree } from '../kernel/process-tree.ts';
import type { FidelityCheck, LinkObservation } from '../record/schema.ts';
import type { Seen } from './seen.ts';

/** A proxied link that faults can be put on: which API drives it and under which name it is known there. */
export interface FaultLink extends Link {
  readonly apiUrl: string;
  readonly proxyName: string;
  /** Whether the server lives in Mettle's own process: then it can tell what it saw, and toxics can carry a TTL. */
  readonly embedded: boolean;
}

/** A process tree that Mettle has started, and that faults can be put on. */
export interface FaultProcess {
  /** The name used by `on:` in scenarios: `target`, a client's or a dependency's. */
  readonly name: string;
  readonly tree: ProcessTree;
}

/** The fault proxies of one command: the embedded server, or a real Toxiproxy by URL. */
export interface ProxyBackend extends LinkPort {
  readonly kind: 'embedded' | 'toxiproxy';
  readonly apiUrl: string;
  open(name: string, upstream: { host: string; port: number }): Promise<FaultLink>;
  get(name: string): FaultLink | undefined;
  /** Closes every link that it opened, then the embedded server. */
  close(): Promise<void>;
}

/**
 * One kind of fault: one file, one line in the registry. Intent and snapshot are plain JSON, so that another process
 * (the watchdog) can undo it with nothing but the journal.
 */
export interface Fault<Spec extends { readonly kind: string }, Place = FaultLink> {
  readonly kind: Spec['kind'];
  /** Everything needed to undo, known before acting. */
  plan(spec: Spec, id: string, place: Place): UndoIntent;
  /** Acts. Resolves once the effect has been read back. */
  apply(spec: Spec, intent: UndoIntent): Promise<void>;
  /** Fidelity: what was asked for against what was seen on the link; null: nothing can tell (a real Toxiproxy). */
  judge(spec: Spec, seen: Seen | null): FidelityCheck[];
}

interface Injecting<Spec> {
  readonly id: string;
  readonly spec: Spec;
  /** How long it is meant to last; its TTL is a little more. */
  readonly forMicros: number;
  readonly tracker: Tracker;
}

export interface InjectionRequest<Spec> extends Injecting<Spec> {
  readonly link: FaultLink;
  readonly traffic: 'required' | 'optional';
}

export interface ProcessInjectionRequest<Spec> extends Injecting<Spec> {
  readonly process: FaultProcess;
}

/** A fault in effect. `clear` never throws: it undoes, retries, reads back and says how it went. */
export interface Injection {
  /** Monotonic clock (kernel/clock). */
  readonly effectAtMicros: number;
  clear(): Promise<InjectionResult>;
}

export interface InjectionResult {
  readonly clearedAtMicros: number | null;
  readonly status: 'undone' | 'undo failed';
  /** How to finish by hand, when the undo failed. */
  readonly note: string | null;
  readonly fidelity: FidelityCheck[];
  readonly traffic: {
    readonly before: number | null;
    readonly during: number | null;
    readonly status: 'seen' | 'avoided' | 'missed' | 'optional' | 'unknown';
  };
  readonly observation: LinkObservation | null;
}
