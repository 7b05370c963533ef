// PostgreSQL connections: so many at most, lent out for one piece of work at a time, replaced when they break.
import pg from 'pg';
import type { Database } from './database.ts';

/** A piece of work waits this long for a connection, free or new, before it is told that there is none. */
const connectWithinMs = 5_000;
/** A statement that hangs is given up by the server; the client's own limit is for a server that is gone. */
const statementMs = 10_000;
const answerMs = 12_000;

/** `onLost` hears of idle connections that broke. */
export function connections(databaseUrl: string, most: number, onLost: (error: Error) => void): Database {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: most,
    connectionTimeoutMillis: connectWithinMs,
    idleTimeoutMillis: 60_000,
    statement_timeout: statementMs,
    query_timeout: answerMs,
    application_name: 'toxic-detector',
  });
  pool.on('error', onLost);
  return {
    async use(work) {
      const client = await pool.connect();
      let broken = false;
      try {
        return await work(
          async <Row extends pg.QueryResultRow>(sql: string, values: readonly unknown[] = []) => {
            try {
              return (await client.query<Row>(sql, [...values])).rows;
            } catch (error) {
              // Anything but an answer from the server may have left half of one behind: not for anybody else.
              broken ||= !(error instanceof pg.DatabaseError);
              throw error;
            }
          },
        );
      } finally {
        client.release(broken);
      }
    },
    close: () => pool.end(),
  };
}
