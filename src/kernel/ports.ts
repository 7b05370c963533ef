// Ports between rooms of one rank: `system` starts things, `faults` journals and breaks them, `run` wires the two.

import type { Json } from './json.ts';
import type { ProcessTree } from './process-tree.ts';

/** What must be undone, as data: another process (the watchdog) can resolve the kind and undo it. */
export interface UndoIntent {
  /** A kind of the undo registry in faults/: `process`, `directory`, `proxy`, `toxic`, … */
  readonly kind: string;
  /** One line for people: `process group of toxic-detector (after)`. */
  readonly describe: string;
  /** Everything needed to undo, known before acting. */
  readonly data: { readonly [key: string]: Json };
  /** Faults: it must not be in effect for longer, even when Mettle hangs. Absent: it lives as long as Mettle. */
  readonly ttlMs?: number;
}

/** A journalled thing. The intent is on disk before `track` resolves. */
export interface Tracked {
  readonly id: string;
  /** Records what acting produced, e.g. `{ pid, startTime }`. On disk when it resolves. */
  applied(snapshot: { readonly [key: string]: Json }): Promise<void>;
  /** The owner has undone it itself and verified that; the journal forgets it. */
  released(): Promise<void>;
  /** The owner begins to undo it, which may take a while: its time is not over meanwhile. */
  clearing?(): Promise<void>;
  /** Whether the watchdog has ended it because its time was over. */
  expired?(): Promise<boolean>;
}

/** The journal, as seen by those who create things that must not outlive Mettle. */
export interface Tracker {
  track(intent: UndoIntent): Promise<Tracked>;
  /** Set in the environment of every child (`METTLE_CHILD`), so that the whole tree can be found by it. */
  readonly childToken: string;
}

/** A process that Mettle has started and can start again in its own place. */
export interface StandingProcess {
  /** As it is at this moment: another one after each start. */
  readonly tree: ProcessTree;
  /** What asks it to end in order, one after the other: SIGTERM; PostgreSQL wants SIGINT. */
  readonly endSignals: readonly NodeJS.Signals[];
  /** From now on its end is no news, until it has been started again. */
  expectEnd(): void;
  /** Whether it answers its ready check at this moment. */
  answers(): Promise<boolean>;
  /**
   * Ends what is left of it, starts it as it was (command, environment, port, log), journalled anew, and waits until it
   * is ready. Throws MettleError when it does not become ready, or when it is being stopped for good.
   */
  startAgain(): Promise<void>;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A fault proxy between a client and an upstream. Connect to `listen`. */
export interface Link {
  /** The name used by `on:` in scenarios: a dependency's name, or `clients`. */
  readonly name: string;
  readonly listen: Address;
  readonly upstream: Address;
  /** Points the proxy at another upstream (a freshly started variant). */
  retarget(upstream: Address): Promise<void>;
  close(): Promise<void>;
}

export interface LinkPort {
  open(name: string, upstream: Address): Promise<Link>;
}
