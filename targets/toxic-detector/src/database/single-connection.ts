// Mechanism DB_POOL=off: one connection that all requests share, so that each waits for the queries of the others.
import { connections } from './connections.ts';
import type { Database } from './database.ts';

export const singleConnection = (databaseUrl: string, onLost: (error: Error) => void): Database =>
  connections(databaseUrl, 1, onLost);
