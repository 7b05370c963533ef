// What the system needs of a PostgreSQL, whoever runs it: a fresh copy of the prepared data for every run.

import type { Address } from '../kernel/ports.ts';
import type { Standing } from './standing.ts';

/** Fills an empty place, reached by this connection URL (straight to the server; it holds a password). */
export type PrepareData = (url: string) => Promise<void>;

/** The data of one run. */
export interface RunDatabase {
  /** Connection URL straight to the server; a fault proxy's address is put in by the caller. Holds a password. */
  readonly url: string;
  /** Ends its connections and removes it; safe to call twice. */
  drop(): Promise<void>;
}

export interface DatabaseServer {
  readonly address: Address;
  /** The server's process; null for one that Mettle did not start. */
  readonly process: Standing | null;
  fresh(variant: string, prepare: PrepareData): Promise<RunDatabase>;
  stop(): Promise<void>;
}
