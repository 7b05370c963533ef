// Mechanism DB_POOL=on: ten connections, so that a slow query or a slow link holds up its own request only.
import { connections } from './connections.ts';
import type { Database } from './database.ts';

const poolSize = 10;

export const connectionPool = (databaseUrl: string, onLost: (error: Error) => void): Database =>
  connections(databaseUrl, poolSize, onLost);
