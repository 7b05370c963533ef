// Base URLs of HTTP and WebSocket servers: which address they mean, and the same place by way of a fault proxy.

import type { Address } from '../kernel/ports.ts';

/** Port 80 or 443 where the URL has none. */
export function addressOfUrl(url: string): Address {
  const { hostname, port, protocol } = new URL(url);
  const secure = protocol === 'https:' || protocol === 'wss:';
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (secure ? 443 : 80) : Number(port),
  };
}

/** The same URL at another address, without a slash at its end. */
export function atAddress(url: string, address: Address): string {
  const changed = new URL(url);
  changed.hostname = address.host.includes(':') ? `[${address.host}]` : address.host;
  changed.port = String(address.port);
  return withoutSlash(changed.href);
}

export function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
