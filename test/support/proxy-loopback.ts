// What stands on both sides of a proxy in tests: an echo server, a client that keeps what it gets, and the API by fetch.

import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface EchoServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Sends back what it gets; answers the end of the stream with `goodbye` first, when given. */
export async function startEcho(goodbye = ''): Promise<EchoServer> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (data) => socket.write(data));
    socket.on('end', () => socket.end(goodbye));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

export interface Dialled {
  readonly socket: Socket;
  readonly received: () => string;
  /** `open`, `ended` (FIN), or Node's code of what broke it: `ECONNRESET`, `ECONNREFUSED`… */
  readonly state: () => string;
  /** Milliseconds until the condition holds; throws with what there is when it does not within the limit, 5 s. */
  readonly until: (condition: (client: Dialled) => boolean, limitMs?: number) => Promise<number>;
  /** Milliseconds from sending the text to having it back. */
  readonly roundTripMs: (text: string) => Promise<number>;
}

/** Resolves once it is connected or has failed to; half-open is allowed. */
export async function dial(port: number): Promise<Dialled> {
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true });
  let received = '';
  let state = 'open';
  socket.on('data', (data) => {
    received += data.toString();
  });
  socket.on('end', () => {
    state = 'ended';
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    state = error.code ?? error.message;
  });
  const client: Dialled = {
    socket,
    received: () => received,
    state: () => state,
    until: async (condition, limitMs = 5_000) => {
      const startMs = performance.now();
      while (!condition(client)) {
        if (performance.now() - startMs > limitMs) {
          throw new Error(`waited in vain; state ${state}, ${received.length} bytes received`);
        }
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      return performance.now() - startMs;
    },
    roundTripMs: async (text) => {
      const expected = received.length + text.length;
      socket.write(text);
      return client.until(() => received.length >= expected || state !== 'open');
    },
  };
  await Promise.race([once(socket, 'connect'), once(socket, 'close')]).catch(() => undefined);
  return client;
}

export interface ApiAnswer {
  readonly status: number;
  readonly text: string;
  /** Undefined when the body is not JSON. */
  readonly json: unknown;
}

export type CallApi = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<ApiAnswer>;

/** A string body is sent as it is, anything else as JSON. */
export const apiAt =
  (apiUrl: string): CallApi =>
  async (method, path, body, headers = {}) => {
    const init: RequestInit = { method, headers };
    if (body !== undefined) init.body = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(apiUrl + path, init);
    const text = await response.text();
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      json = undefined;
    }
    return { status: response.status, text, json };
  };

export const sleepMs = (forMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, forMs));

/** The port of `127.0.0.1:4711` or `[::]:4711`. */
export const portOf = (listen: string): number => Number(/:(\d+)$/.exec(listen)?.[1]);
