// Mechanism DB_POOL=off: every piece of work opens a connection of its own and closes it, as the service once did.
import pg from 'pg';
import { ask, connectionOptions, type Database } from './database.ts';

/** `onLost` hears of connections that broke while they were being closed. */
export function connectionPerRequest(databaseUrl: string, onLost: (error: Error) => void): Database {
  const closing = new Set<Promise<void>>();
  const finish = (client: pg.Client): void => {
    const closed: Promise<void> = client
      .end()
      .catch((error: unknown) => onLost(error instanceof Error ? error : new Error(String(error))))
      .finally(() => closing.delete(closed));
    closing.add(closed);
  };
  return {
    async use(work) {
      const client = new pg.Client(connectionOptions(databaseUrl));
      client.on('error', onLost);
      try {
        await client.connect();
        return await work((sql, values) => ask(client, sql, values));
      } finally {
        finish(client);
      }
    },
    async close() {
      await Promise.all(closing);
    },
  };
}
