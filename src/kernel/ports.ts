// Ports between rooms of one rank: `system` starts things, `faults` journals and breaks them, `run` wires the two.

import type { Json } from './json.ts';

/** What must be undone, as data: another process (the watchdog) can resolve the kind and undo it. */
export interface UndoIntent {
  /** A kind of the undo registry in faults/: `process`, `directory`, `proxy`, `toxic`, … */
  readonly kind: string;
  /** One line for people: `process group of toxic-detector (after)`. */
  readonly describe: string;
  /** Everything needed to undo, known before acting. */
  readonly data: { readonly [key: string]: Json };
}

/** A journalled thing. The intent is on disk before `track` resolves. */
export interface Tracked {
  readonly id: string;
  /** Records what acting produced, e.g. `{ pid, startTime }`. On disk when it resolves. */
  applied(snapshot: { readonly [key: string]: Json }): Promise<void>;
  /** The owner has undone it itself and verified that; the journal forgets it. */
  released(): Promise<void>;
}

/** The journal, as seen by those who create things that must not outlive Mettle. */
export interface Tracker {
  track(intent: UndoIntent): Promise<Tracked>;
  /** Set in the environment of every child (`METTLE_CHILD`), so that the whole tree can be found by it. */
  readonly childToken: string;
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
