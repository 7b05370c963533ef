// What the service asks of its database.
import type { ClientBase, QueryResultRow } from 'pg';

/** One statement on the connection of the current piece of work; rows in the order of the answer. */
export type Query = <Row extends QueryResultRow>(sql: string, values?: readonly unknown[]) => Promise<Row[]>;

export interface Database {
  /** Gives `work` one connection for all of its statements, one after the other. */
  use<Result>(work: (query: Query) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

/** Options of every connection, pooled or not: a statement that hangs is given up by the server itself. */
export const connectionOptions = (databaseUrl: string) => ({
  connectionString: databaseUrl,
  connectionTimeoutMillis: 5_000,
  statement_timeout: 10_000,
  query_timeout: 12_000,
  application_name: 'toxic-detector',
});

/** One statement on `client`. */
export async function ask<Row extends QueryResultRow>(
  client: ClientBase,
  sql: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  return (await client.query<Row>(sql, [...values])).rows;
}
