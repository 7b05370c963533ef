// The few statements Mettle itself runs on a PostgreSQL: databases and schemas made, copied, analysed and dropped.

import type pg from 'pg';
import { exitCodes, messageOf, MettleError } from '../kernel/errors.ts';

const connectTimeoutMs = 10_000;

/** Names are ours or checked by the target schema; quoted all the same. */
const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Opens a connection, runs `work`, closes it. Rejects with POSTGRES_FAILED (exit code 2), never showing the URL. */
async function onPostgres<Result>(
  url: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const { Client } = (await import('pg')).default; // heavy, and needed only where there is a database
  const client = new Client({ connectionString: url, connectionTimeoutMillis: connectTimeoutMs });
  // A connection that the server ends is reported by the statement that needed it.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } catch (error) {
    if (error instanceof MettleError) throw error;
    const { hostname, port } = new URL(url);
    throw new MettleError({
      code: 'POSTGRES_FAILED',
      message: `PostgreSQL at ${hostname}:${port || '5432'}: ${messageOf(error)}`,
      hint: 'check that the server is up and that the account may do this',
      exitCode: exitCodes.usage,
      cause: error,
    });
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** One attempt to be let in: undefined when it worked, else why not. A port is open before that. */
export function connectProbe(url: string): () => Promise<string | undefined> {
  return async () => {
    try {
      await onPostgres(url, (client) => client.query('SELECT 1'));
      return undefined;
    } catch (error) {
      return messageOf(error);
    }
  };
}

/** `password` is of our own making: letters and digits only. */
export async function createRole(adminUrl: string, role: string, password: string): Promise<void> {
  await onPostgres(adminUrl, (client) =>
    client.query(`CREATE ROLE ${quoteName(role)} LOGIN PASSWORD '${password.replaceAll("'", '')}'`),
  );
}

export async function createDatabase(adminUrl: string, database: string, owner: string): Promise<void> {
  await onPostgres(adminUrl, (client) =>
    client.query(`CREATE DATABASE ${quoteName(database)} OWNER ${quoteName(owner)}`),
  );
}

/**
 * Copies files rather than log records: the server checkpoints here, before the run, instead of writing the copy's dirty
 * pages out during it.
 */
export async function copyDatabase(adminUrl: string, from: string, to: string, owner: string): Promise<void> {
  await onPostgres(adminUrl, async (client) => {
    await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [from]);
    await client.query(
      `CREATE DATABASE ${quoteName(to)} OWNER ${quoteName(owner)} TEMPLATE ${quoteName(from)} STRATEGY FILE_COPY`,
    );
  });
}

/** Ends its connections too. */
export async function dropDatabase(adminUrl: string, database: string): Promise<void> {
  await onPostgres(adminUrl, (client) =>
    client.query(`DROP DATABASE IF EXISTS ${quoteName(database)} WITH (FORCE)`),
  );
}

/** With autovacuum off, statistics and visibility are brought up to date once, here: the same for every copy. */
export async function settleDatabase(url: string): Promise<void> {
  await onPostgres(url, (client) => client.query('VACUUM (ANALYZE)'));
}

/** Statistics of one schema's tables, and of no other. */
export async function settleSchema(url: string, schema: string): Promise<void> {
  await onPostgres(url, async (client) => {
    const tables = await client.query<{ name: string }>(
      'SELECT tablename AS name FROM pg_tables WHERE schemaname = $1',
      [schema],
    );
    for (const { name } of tables.rows) {
      await client.query(`VACUUM (ANALYZE) ${quoteName(schema)}.${quoteName(name)}`);
    }
  });
}

export async function createSchema(url: string, schema: string): Promise<void> {
  await onPostgres(url, (client) => client.query(`CREATE SCHEMA ${quoteName(schema)}`));
}

/** Resolves only when the schema is gone. */
export async function dropSchema(url: string, schema: string): Promise<void> {
  await onPostgres(url, async (client) => {
    await client.query(`DROP SCHEMA IF EXISTS ${quoteName(schema)} CASCADE`);
    const left = await client.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema]);
    if (left.rowCount !== 0) throw new Error(`schema ${schema} is still there after it was dropped`);
  });
}
