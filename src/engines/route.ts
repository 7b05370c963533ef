// Which way a connection to an origin takes: straight, through a proxy, or through a proxy's tunnel.

import type { HttpSettings } from './settings.ts';

interface Endpoint {
  /** A name or an address, without brackets. */
  readonly host: string;
  readonly port: number;
}

export interface Route {
  readonly origin: string;
  readonly secure: boolean;
  readonly server: Endpoint;
  /** Where the connection goes: the server, or the proxy. */
  readonly first: Endpoint;
  /** True = the proxy is asked (CONNECT) for a tunnel to the server. */
  readonly tunnel: boolean;
  /** What goes before the path in a request: the origin, for a proxy that passes requests on. */
  readonly pathPrefix: string;
  /** What is offered in the TLS handshake. */
  readonly protocols: readonly string[];
}

function endpointOf(origin: string): Endpoint & { readonly secure: boolean } {
  const { protocol, hostname, port } = new URL(origin);
  const secure = protocol === 'https:';
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return { host, port: port === '' ? (secure ? 443 : 80) : Number(port), secure };
}

/** `origin` is a URL's: scheme, host, port. */
export function routeTo(origin: string, { proxy, version }: Pick<HttpSettings, 'proxy' | 'version'>): Route {
  const { secure, ...server } = endpointOf(origin);
  // HTTP/2 needs a connection of its own to the server, encrypted or not.
  const tunnel = proxy !== null && (secure || version === '2');
  return {
    origin,
    secure,
    server,
    first: proxy === null ? server : endpointOf(proxy),
    tunnel,
    pathPrefix: proxy === null || tunnel ? '' : origin,
    protocols: version === '2' ? ['h2', 'http/1.1'] : ['http/1.1'],
  };
}
