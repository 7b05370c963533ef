// What the service asks of its database.
import type { QueryResultRow } from 'pg';

/** One statement on the connection of the current piece of work; rows in the order of the answer. */
export type Query = <Row extends QueryResultRow>(sql: string, values?: readonly unknown[]) => Promise<Row[]>;

export interface Database {
  /** Gives `work` one connection for all of its statements, one after the other. */
  use<Result>(work: (query: Query) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}
