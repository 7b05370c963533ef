// Mechanism DB_POOL=on: connections are made once and shared, so a request pays for its queries alone.
import pg from 'pg';
import { ask, connectionOptions, type Database } from './database.ts';

const poolSize = 10;

/** `onLost` hears of idle connections that broke; the pool replaces them by itself. */
export function connectionPool(databaseUrl: string, onLost: (error: Error) => void): Database {
  const pool = new pg.Pool({ ...connectionOptions(databaseUrl), max: poolSize, idleTimeoutMillis: 60_000 });
  pool.on('error', onLost);
  return {
    async use(work) {
      const client = await pool.connect();
      let broken = false;
      try {
        return await work(async (sql, values) => {
          try {
            return await ask(client, sql, values);
          } catch (error) {
            // Anything but an answer from the server may have left half of one behind: not for anybody else.
            broken ||= !(error instanceof pg.DatabaseError);
            throw error;
          }
        });
      } finally {
        client.release(broken);
      }
    },
    close: () => pool.end(),
  };
}
