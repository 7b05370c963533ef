// Passwords are kept as scrypt hashes: `scrypt$<salt>$<hash>`, both base64url.
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

const keyBytes = 32;
const saltBytes = 16;

function derive(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, keyBytes, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

/** `salt` is given only where the result has to be the same every time (the sample rows). */
export async function hashPassword(password: string, salt = randomBytes(saltBytes)): Promise<string> {
  const key = await derive(password, salt);
  return `scrypt$${salt.toString('base64url')}$${key.toString('base64url')}`;
}

/**
 * False for a wrong password and for an account without one. Takes as long either way, so that the time of the
 * answer does not tell which addresses exist.
 */
export async function verifyPassword(password: string, stored: string | null): Promise<boolean> {
  const [scheme, salt, key] = (stored ?? '').split('$');
  const known = scheme === 'scrypt' && salt !== undefined && key !== undefined;
  const expected = known ? Buffer.from(key, 'base64url') : Buffer.alloc(keyBytes);
  const derived = await derive(password, known ? Buffer.from(salt, 'base64url') : Buffer.alloc(saltBytes));
  return known && expected.length === derived.length && timingSafeEqual(expected, derived);
}
