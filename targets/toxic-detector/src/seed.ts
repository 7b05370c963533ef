// Prepares an empty database: tables, sample rows, and the indexes when INDEXES is on. Refuses one already in use.
import { hashPassword } from './auth/passwords.ts';
import { readMechanisms } from './config.ts';
import { singleConnection } from './database/single-connection.ts';
import type { Query } from './database/database.ts';
import { indexes } from './database/indexes.ts';
import { fillTables, rowCounts } from './database/sample-rows.ts';
import { schema } from './database/schema.ts';
import { readCorpus } from './model/corpus.ts';

/** The operators' password and its salt are public: the rows are made up, and must be the same every time. */
const operatorPassword = 'operators-only';
const operatorSalt = Buffer.alloc(16, 'sample-rows');

async function prepare(query: Query, withIndexes: boolean): Promise<void> {
  const existing = await query<{ found: boolean }>(`select to_regclass('comments') is not null as found`);
  if (existing[0]?.found) {
    throw new Error('the table "comments" exists already: point DATABASE_URL at an empty database or schema');
  }
  await query(schema);
  await fillTables(query, readCorpus(), await hashPassword(operatorPassword, operatorSalt));
  if (withIndexes) for (const statement of indexes) await query(statement);
  // Also sets the visibility map, so that both variants start from tables in the same good order.
  await query('vacuum (analyze) users, comments, activity');
}

async function main(): Promise<void> {
  const databaseUrl = process.env['DATABASE_URL'];
  if (!databaseUrl) throw new Error('DATABASE_URL must be set');
  const withIndexes = readMechanisms(process.env).indexes;
  const database = singleConnection(databaseUrl, () => undefined);
  try {
    await database.use((query) => prepare(query, withIndexes));
  } finally {
    await database.close();
  }
  const { users, comments, activity } = rowCounts;
  process.stdout.write(
    `seeded ${users} users, ${comments} comments, ${activity} activity rows, indexes ${withIndexes ? 'on' : 'off'}\n`,
  );
}

main().catch((error: unknown) => {
  process.stderr.write(`seed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
