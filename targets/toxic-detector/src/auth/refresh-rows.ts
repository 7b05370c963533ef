// The refresh tokens in PostgreSQL.
import type { Query } from '../database/database.ts';
import type { RefreshRow, RefreshRows } from './refresh-tokens.ts';

const columns = `token_hash as "tokenHash", family, user_id as "userId",
  extract(epoch from expires_at)::float8 * 1000 as "expiresAtMs"`;

export function refreshRows(query: Query): RefreshRows {
  return {
    async insert(row) {
      await query(
        `insert into refresh_tokens (token_hash, family, user_id, expires_at)
         values ($1, $2, $3, to_timestamp($4::float8 / 1000))`,
        [row.tokenHash, row.family, row.userId, row.expiresAtMs],
      );
    },
    async use(tokenHash) {
      // One statement: of two that present the same token at the same time exactly one gets a row.
      const rows = await query<RefreshRow>(
        `update refresh_tokens set used_at = now()
         where token_hash = $1 and used_at is null and revoked_at is null and expires_at > now()
         returning ${columns}`,
        [tokenHash],
      );
      return rows[0] ?? null;
    },
    async familyOf(tokenHash) {
      const rows = await query<{ family: string }>(
        `select family from refresh_tokens where token_hash = $1`,
        [tokenHash],
      );
      return rows[0]?.family ?? null;
    },
    async revokeFamily(family) {
      await query(`update refresh_tokens set revoked_at = now() where family = $1 and revoked_at is null`, [
        family,
      ]);
    },
  };
}
