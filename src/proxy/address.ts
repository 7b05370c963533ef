// Addresses as Toxiproxy writes them (`host:port`, `[::1]:80`, `:80`), and listening on them with its error texts.

import { lookup } from 'node:dns/promises';
import { isIP, type Server } from 'node:net';
import { errnoOf, messageOf } from '../kernel/errors.ts';
import type { Address } from '../kernel/ports.ts';
import { ApiError } from './api-error.ts';

const loopback = '127.0.0.1';

/** Undefined when the text has no port, or one that is not a number up to 65535. An empty host stays empty. */
export function parseAddress(text: string): Address | undefined {
  const match = /^(?:\[([^\]]*)\]|([^:[\]]*)):(\d{1,5})$/.exec(text.trim());
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) return undefined;
  return { host: match[1] ?? match[2] ?? '', port };
}

export function formatAddress(address: Address): string {
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

/** Resolves a listen text to an IP address: empty = any port of loopback, an empty host = loopback. Throws ApiError 500. */
export async function resolveListen(text: string): Promise<Address> {
  if (text.trim() === '') return { host: loopback, port: 0 };
  const address = parseAddress(text);
  if (address === undefined) throw listenError(text, describeFlaw(text));
  if (address.host === '') return { host: loopback, port: address.port };
  if (isIP(address.host) !== 0) return address;
  try {
    const found = await lookup(address.host, { verbatim: false });
    return { host: found.address, port: address.port };
  } catch {
    throw listenError(text, `lookup ${address.host}: no such host`);
  }
}

/** Listens and resolves with the address really bound. Throws ApiError 500 with Toxiproxy's text. */
export function listenOn(server: Server, address: Address): Promise<Address> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => reject(bindError(address, error));
    server.once('error', failed);
    server.listen({ host: address.host, port: address.port }, () => {
      server.off('error', failed);
      const bound = server.address();
      resolve(
        typeof bound === 'object' && bound !== null ? { host: bound.address, port: bound.port } : address,
      );
    });
  });
}

function describeFlaw(text: string): string {
  const port = /^(?:\[[^\]]*\]|[^:[\]]*):(.*)$/.exec(text.trim())?.[1];
  return port === undefined ? `address ${text}: missing port in address` : `address ${port}: invalid port`;
}

const listenError = (text: string, why: string): ApiError =>
  new ApiError(`listen tcp${why.startsWith('bind') ? ` ${text}` : ''}: ${why}`, 500);

const bindReasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'address already in use',
  EADDRNOTAVAIL: 'cannot assign requested address',
  EACCES: 'permission denied',
};

function bindError(address: Address, error: Error): ApiError {
  const reason = bindReasons[errnoOf(error) ?? ''] ?? messageOf(error);
  return listenError(formatAddress(address), `bind: ${reason}`);
}
