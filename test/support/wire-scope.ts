// What a test on the wire opens: closed after it, in the opposite order.

import { afterEach } from 'vitest';
import { wireClient } from './wire-client.ts';
import { http2Server } from './wire-servers.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Done when the test is over. */
export const whenOver = (cleanup: () => Promise<void> | void): void => void cleanups.push(cleanup);

/** Closed when the test is over. */
export function kept<Thing extends { readonly close: () => Promise<void> | void }>(thing: Thing): Thing {
  whenOver(thing.close);
  return thing;
}

export const clientOf = (...of: Parameters<typeof wireClient>) => kept(wireClient(...of));

export const http2ClientOf = (
  origin: string,
  http: NonNullable<Parameters<typeof wireClient>[1]>['http'] = {},
) => clientOf(origin, { http: { version: '2', ...http } });

/** An HTTP/2 server and a client of it. */
export async function served(...of: Parameters<typeof http2Server>) {
  const server = kept(await http2Server(...of));
  return { server, client: http2ClientOf(server.origin) };
}

/** The same address by a name, which has to be looked up. */
export const named = (origin: string): string => origin.replace('127.0.0.1', 'localhost');

export const times = <Value>(count: number, make: (index: number) => Value): Value[] =>
  Array.from({ length: count }, (_, index) => make(index));
