// Access tokens: short-lived JWTs that need no look-up, but for the blacklist.
import { randomBytes, randomUUID } from 'node:crypto';
import { SignJWT, errors, jwtVerify } from 'jose';

export const accessTokenSeconds = 15 * 60;

export interface Identity {
  readonly userId: number;
  readonly role: string;
  readonly tokenId: string;
  readonly expiresAtMs: number;
}

export interface AccessTokens {
  issue(userId: number, role: string): Promise<string>;
  /** null for a token that is not ours, was changed, or has expired. */
  verify(token: string): Promise<Identity | null>;
}

/** `secret` null = a random one: every token ends with this process. */
export function accessTokens(secret: string | null): AccessTokens {
  const key = secret === null ? randomBytes(32) : new TextEncoder().encode(secret);
  const issuer = 'toxic-detector';
  return {
    issue: (userId, role) =>
      new SignJWT({ role })
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuer(issuer)
        .setSubject(String(userId))
        .setJti(randomUUID())
        .setIssuedAt()
        .setExpirationTime(`${accessTokenSeconds}s`)
        .sign(key),
    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, key, { issuer, algorithms: ['HS256'] });
        const userId = Number(payload.sub);
        const { jti, exp, role } = payload;
        if (!Number.isInteger(userId) || !jti || exp === undefined || typeof role !== 'string') return null;
        return { userId, role, tokenId: jti, expiresAtMs: exp * 1_000 };
      } catch (error) {
        if (error instanceof errors.JOSEError) return null;
        throw error;
      }
    },
  };
}
