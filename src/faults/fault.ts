// The contract of a fault, and what the run sees of one that was injected.

import type { Link, LinkPort, StandingProcess, Tracker, UndoIntent } from '../kernel/ports.ts';
import type { FidelityCheck } from '../record/schema.ts';
import type { AttemptsBefore, AttemptsSeen } from './attempts/seen.ts';
import type { LinkSeen, Seen } from './seen.ts';

/** A proxied link that faults can be put on: which API drives it and under which name it is known there. */
export interface FaultLink extends Link {
  readonly apiUrl: string;
  readonly proxyName: string;
  /**
   * Whether the server is Mettle's own, on this machine: then it can tell what it saw, and toxics can carry a TTL; when
   * it is gone, so is everything that was on it.
   */
  readonly embedded: boolean;
  /** Set where the proxy is somebody else's: part of the toxic's name, which then has to tell by itself whose it is. */
  readonly makerToken?: string;
}

/** A process that Mettle has started, and that faults can be put on. */
export interface FaultProcess {
  /** The name used by `on:` in scenarios: `target`, a client's or a dependency's. */
  readonly name: string;
  readonly standing: StandingProcess;
}

/** The fault proxies of one command: the embedded server, or a real Toxiproxy by URL. */
export interface ProxyBackend extends LinkPort {
  readonly kind: 'embedded' | 'toxiproxy';
  readonly apiUrl: string;
  open(name: string, upstream: { host: string; port: number }): Promise<FaultLink>;
  get(name: string): FaultLink | undefined;
  /** The embedded server decides from now on as a new one with this seed; a real Toxiproxy has none. */
  reseed(seed: number): Promise<void>;
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
  /**
   * Fidelity: what was asked for against what was seen on the link; null: nothing can tell (a real Toxiproxy). `intent`
   * as planned, for a fault that keeps count of what it does.
   */
  judge(spec: Spec, seen: Seen | null, intent?: UndoIntent): FidelityCheck[];
}

interface Injecting<Spec> {
  readonly id: string;
  readonly spec: Spec;
  /** How long it is meant to last; its TTL is a little more. */
  readonly forMicros: number;
  readonly tracker: Tracker;
  /**
   * Told right before acting: the effect counts from then, and whoever sorts what happens by phases must know before the
   * first of it does.
   */
  readonly onActing?: ((effectAtMicros: number) => void) | undefined;
}

export interface InjectionRequest<Spec> extends Injecting<Spec> {
  readonly link: FaultLink;
  readonly traffic: 'required' | 'optional';
  /** Monotonic clock: what went over the link earlier is no traffic of the load. Default: all counts. */
  readonly loadSinceMicros?: number;
}

export interface ProcessInjectionRequest<Spec> extends Injecting<Spec> {
  readonly process: FaultProcess;
  /** Aborted when the run is stopped for good: what is down then stays down. */
  readonly stopping: AbortSignal;
}

/** A fault in effect. `clear` never throws: it undoes, retries, reads back and says how it went. */
export interface Injection {
  /** Monotonic clock (kernel/clock). */
  readonly effectAtMicros: number;
  /** Since when the time that it is to last counts; default: since its effect. */
  readonly countsFromMicros?: number;
  /** `onCleared`: told when it is over, before anybody asks what was seen of it; not where it could not be undone. */
  clear(onCleared?: (clearedAtMicros: number) => void): Promise<InjectionResult>;
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
  readonly observation: LinkSeen | null;
  /** Names of the containers that it was put on. */
  readonly hit?: readonly string[];
  /** Attempts on the link, for the run to set against its load. */
  readonly turns?: { readonly before: AttemptsBefore | null; readonly during: AttemptsSeen } | null;
}
