// PostgreSQL connection URLs: the same server by another way, with another database or search path.

import type { Address } from '../kernel/ports.ts';
import { MettleError } from '../kernel/errors.ts';

/** The same server, another database. */
export function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${encodeURIComponent(database)}`;
  return changed.href;
}

/** The same URL at another address (a fault proxy's). */
export function withAddress(url: string, address: Address): string {
  const changed = new URL(url);
  changed.hostname = address.host.includes(':') ? `[${address.host}]` : address.host;
  changed.port = String(address.port);
  return changed.href;
}

/**
 * The same URL with this schema as the whole search path. `public` is left out on purpose: a target that forgets to
 * create a table must fail, not find one of yours.
 */
export function withSchema(url: string, schema: string): string {
  const changed = new URL(url);
  const own = changed.searchParams.get('options');
  changed.searchParams.set(
    'options',
    [own, `-c search_path=${schema}`].filter((part) => part !== null).join(' '),
  );
  // A blank as `+` is read as a plus by some drivers.
  changed.search = changed.search.replaceAll('+', '%20');
  return changed.href;
}

/** Throws DATABASE_URL_INVALID (exit code 2), never showing the value: it holds a password. */
export function addressOf(url: string, variable: string): Address {
  const parsed = URL.parse(url);
  if (parsed === null || !/^postgres(ql)?:$/.test(parsed.protocol) || parsed.hostname === '') {
    throw new MettleError({
      code: 'DATABASE_URL_INVALID',
      message: `${variable} is not a PostgreSQL connection URL`,
      hint: `write ${variable}=postgres://user:password@host:5432/database, or unset it for the embedded server`,
    });
  }
  return {
    host: decodeURIComponent(parsed.hostname.replace(/^\[|\]$/g, '')),
    port: parsed.port === '' ? 5432 : Number(parsed.port),
  };
}
