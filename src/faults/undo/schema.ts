// Undo of a schema made in the user's own PostgreSQL: dropped when its name is one that Mettle gives.

import { gone, textOf } from './undo-kind.ts';
import type { UndoKind, UndoLimits } from './undo-kind.ts';

type Data = Parameters<UndoKind['undo']>[0];

/**
 * data: { urlVariable, schema }. The URL holds a password and is therefore not in the journal: it is read from the
 * environment variable `urlVariable` of whoever undoes.
 */
export const schemaUndo: UndoKind = {
  kind: 'schema',
  where: 'server',
  async undo(data, _snapshot, limits) {
    await query(data, limits, `DROP SCHEMA IF EXISTS "${ourSchema(data)}" CASCADE`);
  },
  async verify(data, _snapshot, limits) {
    const schema = ourSchema(data);
    const left = await query(data, limits, `SELECT 1 FROM pg_namespace WHERE nspname = '${schema}'`);
    return left === 0 ? gone : `still there; by hand: DROP SCHEMA "${schema}" CASCADE`;
  },
};

/** Lower-case letters, digits and underscores after `mettle_`: nothing that needs quoting, nothing that is not ours. */
function ourSchema(data: Data): string {
  const schema = textOf(data, 'schema');
  if (!/^mettle_[a-z0-9_]+$/.test(schema))
    throw new Error(`the schema ${schema} is not one that Mettle made`);
  return schema;
}

async function query(data: Data, limits: UndoLimits, text: string): Promise<number> {
  const variable = textOf(data, 'urlVariable');
  const connectionString = process.env[variable];
  if (connectionString === undefined) throw new Error(`set ${variable} to the database that it was made in`);
  const { default: pg } = await import('pg'); // heavy, and rarely needed
  const client = new pg.Client({
    connectionString,
    connectionTimeoutMillis: limits.callTimeoutMs,
    query_timeout: limits.callTimeoutMs,
  });
  client.on('error', () => undefined); // reported by the query that needed the connection
  try {
    await client.connect();
    return (await client.query(text)).rowCount ?? 0;
  } finally {
    await client.end().catch(() => undefined);
  }
}
