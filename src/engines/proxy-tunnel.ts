// A tunnel through an HTTP proxy: CONNECT, and what becomes of it when the proxy will not.

import type { ClientRequest } from 'node:http';
import { request as sendRequest } from 'node:http';
import type { Socket } from 'node:net';

/** The proxy answered, and refused. */
class TunnelRefused extends Error {
  readonly code: string;

  constructor(status: number, reason: string) {
    super(`the proxy refused the tunnel: ${status} ${reason}`.trimEnd());
    this.name = 'TunnelRefused';
    this.code = `PROXY_${status}`;
  }
}

interface Server {
  readonly host: string;
  readonly port: number;
}

/** Calls back once; the socket, connected to the proxy, is from then on connected to the server, or of no use. */
export function openTunnel(
  socket: Socket,
  { host, port }: Server,
  done: (error: Error | null) => void,
): ClientRequest {
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const request = sendRequest({
    method: 'CONNECT',
    path: authority,
    headers: { host: authority },
    createConnection: () => socket,
  });
  request.once('connect', (response, _, rest) => {
    const status = response.statusCode ?? 0;
    if (status < 200 || status > 299) {
      done(new TunnelRefused(status, response.statusMessage ?? ''));
      return;
    }
    if (rest.length > 0) socket.unshift(rest);
    done(null);
  });
  request.once('error', done);
  request.end();
  return request;
}
