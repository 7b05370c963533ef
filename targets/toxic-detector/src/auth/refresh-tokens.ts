// Refresh tokens rotate: each is good once, and one that turns up twice ends the whole family (it was stolen).
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { ServiceError } from '../errors.ts';

const refreshTokenMs = 30 * 24 * 60 * 60 * 1_000;

export interface RefreshRow {
  readonly tokenHash: string;
  readonly family: string;
  readonly userId: number;
  readonly expiresAtMs: number;
}

/** Where the tokens are kept; PostgreSQL in the service. Each call is atomic. */
export interface RefreshRows {
  insert(row: RefreshRow): Promise<void>;
  /** Marks a token used; null when it is unknown, used, revoked or expired. */
  use(tokenHash: string): Promise<RefreshRow | null>;
  /** The family of a token in whatever state; null = unknown. */
  familyOf(tokenHash: string): Promise<string | null>;
  revokeFamily(family: string): Promise<void>;
}

/** Only hashes are kept: who reads the table cannot log in with it. */
const hashToken = (token: string): string => createHash('sha256').update(token).digest('base64url');

const refused = () => new ServiceError(401, 'invalid_refresh_token', 'log in again');

async function issue(rows: RefreshRows, userId: number, family: string, nowMs: number): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  await rows.insert({ tokenHash: hashToken(token), family, userId, expiresAtMs: nowMs + refreshTokenMs });
  return token;
}

/** The first token of a new family (a login). */
export const startFamily = (rows: RefreshRows, userId: number, nowMs = Date.now()): Promise<string> =>
  issue(rows, userId, randomUUID(), nowMs);

/** Gives a new token for an unused one; a used one revokes its family. Throws a ServiceError (401). */
export async function rotate(
  rows: RefreshRows,
  token: string,
  nowMs = Date.now(),
): Promise<{ userId: number; refreshToken: string }> {
  const hash = hashToken(token);
  const used = await rows.use(hash);
  if (!used) {
    const family = await rows.familyOf(hash);
    if (family !== null) await rows.revokeFamily(family);
    throw refused();
  }
  return { userId: used.userId, refreshToken: await issue(rows, used.userId, used.family, nowMs) };
}

/** Ends the family of `token`; a token that nobody knows is no error (logging out twice is fine). */
export async function revoke(rows: RefreshRows, token: string): Promise<void> {
  const family = await rows.familyOf(hashToken(token));
  if (family !== null) await rows.revokeFamily(family);
}
