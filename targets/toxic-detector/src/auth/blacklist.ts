// Access tokens that were logged out before they expired.
import type { Database } from '../database/database.ts';
import type { Store } from '../store/store.ts';

export interface Blacklist {
  add(tokenId: string, expiresAtMs: number): Promise<void>;
  has(tokenId: string): Promise<boolean>;
  /** Reads what earlier lives of the service revoked. Throws when the database does not answer. */
  load(): Promise<void>;
}

/**
 * Three places, each for a reason: the database survives a restart, the shared store tells other replicas, and this
 * process remembers for itself, so that Redis going away does not let a revoked token back in here.
 */
export function blacklist(database: Database, shared: Store, nowMs: () => number = Date.now): Blacklist {
  const own = new Map<string, number>();
  const forgetExpired = (): void => {
    for (const [tokenId, expiresAtMs] of own) if (expiresAtMs <= nowMs()) own.delete(tokenId);
  };
  return {
    async add(tokenId, expiresAtMs) {
      forgetExpired();
      own.set(tokenId, expiresAtMs);
      await shared.set(`revoked:${tokenId}`, '1', Math.max(1, expiresAtMs - nowMs()));
      await database.use(async (query) => {
        await query('delete from revoked_access_tokens where expires_at <= now()');
        await query(
          `insert into revoked_access_tokens values ($1, to_timestamp($2::float8 / 1000)) on conflict do nothing`,
          [tokenId, expiresAtMs],
        );
      });
    },
    async has(tokenId) {
      return own.has(tokenId) || (await shared.get(`revoked:${tokenId}`)) !== undefined;
    },
    async load() {
      const rows = await database.use((query) =>
        query<{ tokenId: string; expiresAtMs: number }>(
          `select token_id as "tokenId", extract(epoch from expires_at)::float8 * 1000 as "expiresAtMs"
           from revoked_access_tokens where expires_at > now()`,
        ),
      );
      for (const row of rows) own.set(row.tokenId, row.expiresAtMs);
    },
  };
}
