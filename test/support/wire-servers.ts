// Servers on loopback that misbehave at a known stage and count what they saw: TCP, TLS, HTTP/2, and a proxy.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { IncomingMessage, RequestListener } from 'node:http';
import { createServer as createHttpServer, request as sendRequest } from 'node:http';
import type { Http2Session, Http2Server, ServerHttp2Stream, ServerOptions } from 'node:http2';
import { createSecureServer, createServer as createHttp2Server } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import type { TlsOptions } from 'node:tls';

interface Running {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** Listens on loopback; closing destroys what is connected. `sockets` are all that ever were. */
async function listening(server: Server): Promise<Running & { readonly sockets: Socket[] }> {
  const sockets: Socket[] = [];
  server.on('connection', (socket: Socket) => {
    sockets.push(socket);
    socket.on('error', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return { port: (server.address() as AddressInfo).port, sockets, close };
}

export interface WireServer extends Running {
  readonly origin: string;
  readonly sockets: readonly Socket[];
}

/** TCP; `onData` is given what arrives on the n-th connection (from 1), `onConnect` each connection. */
export async function tcpServer(
  onData: (socket: Socket, text: string, nth: number) => void,
  onConnect: (socket: Socket, nth: number) => void = () => undefined,
): Promise<WireServer> {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    const nth = connections;
    onConnect(socket, nth);
    socket.on('data', (chunk) => onData(socket, chunk.toString('latin1'), nth));
  });
  const running = await listening(server);
  return { ...running, origin: `http://127.0.0.1:${running.port}` };
}

/** HTTP/1.1, over TLS when `tls` is given. */
export async function httpServer(listener: RequestListener, tls?: TlsOptions): Promise<WireServer> {
  const server = tls === undefined ? createHttpServer(listener) : createHttpsServer(tls, listener);
  server.keepAliveTimeout = 60_000;
  const running = await listening(server);
  return { ...running, origin: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${running.port}` };
}

/** Holds back the first bytes of each connection for `delayMs`: the server behind it takes that much longer to shake hands. */
export async function holdingRelay(port: number, delayMs: number): Promise<Running> {
  return listening(
    createServer((client) => {
      const upstream = connect(port, '127.0.0.1');
      upstream.on('error', () => client.destroy());
      client.on('close', () => upstream.destroy());
      upstream.pipe(client);
      client.pause();
      setTimeout(() => client.pipe(upstream), delayMs);
    }),
  );
}

export interface Http2Seen extends WireServer {
  /** Streams ever begun, and the most at the same time on one connection. */
  readonly streams: number;
  readonly peakPerSession: number;
  readonly sessions: readonly Http2Session[];
  /** How each stream ended, in the order of their ends: its RST code, 0 = well. */
  readonly ends: readonly number[];
}

/** HTTP/2; `nth` counts streams from 1 over all connections. */
export async function http2Server(
  onStream: (stream: ServerHttp2Stream, nth: number, headers: Record<string, unknown>) => void,
  { tls, ...options }: ServerOptions & { readonly tls?: TlsOptions } = {},
): Promise<Http2Seen> {
  const sessions: Http2Session[] = [];
  const open = new Map<Http2Session, number>();
  const ends: number[] = [];
  let streams = 0;
  let peakPerSession = 0;
  const server: Http2Server =
    tls === undefined ? createHttp2Server(options) : createSecureServer({ ...options, ...tls });
  server.on('session', (session) => {
    sessions.push(session);
    session.on('error', () => undefined);
  });
  server.on('stream', (stream, headers) => {
    const session = stream.session as Http2Session;
    const now = (open.get(session) ?? 0) + 1;
    open.set(session, now);
    peakPerSession = Math.max(peakPerSession, now);
    stream.on('error', () => undefined);
    stream.on('close', () => {
      open.set(session, (open.get(session) ?? 1) - 1);
      ends.push(stream.rstCode);
    });
    streams += 1;
    onStream(stream, streams, headers);
  });
  const running = await listening(server);
  return {
    ...running,
    origin: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${running.port}`,
    sessions,
    ends,
    get streams() {
      return streams;
    },
    get peakPerSession() {
      return peakPerSession;
    },
    close: async () => {
      for (const session of sessions) session.destroy();
      await running.close();
    },
  };
}

export interface ProxySeen extends WireServer {
  /** The request targets of what it passed on, and of what it was asked to tunnel to. */
  readonly passed: readonly string[];
  readonly tunnels: readonly string[];
}

/** An HTTP proxy. `refuse` = the status that every CONNECT is answered with. */
export async function proxyServer(refuse?: number): Promise<ProxySeen> {
  const passed: string[] = [];
  const tunnels: string[] = [];
  const server = createHttpServer((request, response) => {
    passed.push(request.url ?? '');
    const onward = sendRequest(
      request.url ?? '',
      { method: request.method, headers: request.headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on('error', () => response.writeHead(502).end());
    request.pipe(onward);
  });
  server.on('connect', (request: IncomingMessage, client: Socket) => {
    tunnels.push(request.url ?? '');
    if (refuse !== undefined) {
      client.end(`HTTP/1.1 ${refuse} Not Today\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const upstream = connect(Number((request.url ?? '').split(':').at(-1)), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      client.pipe(upstream).pipe(client);
    });
    upstream.on('error', () => client.destroy());
    client.on('close', () => upstream.destroy());
  });
  const running = await listening(server);
  return { ...running, origin: `http://127.0.0.1:${running.port}`, passed, tunnels };
}

const neverAccepts = `
const server = require('node:net').createServer();
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
  process.stdout.write(String(server.address().port) + '\\n', () => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60000);
  });
});`;

/** A process that listens and never accepts, with its queue full: what connects to it waits in the kernel. */
export async function fullServer(): Promise<Running> {
  const child = spawn(process.execPath, ['-e', neverAccepts], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(line.toString());
  const fillers: Socket[] = [];
  // Until one of them is not let in any more.
  for (let waits = false; !waits && fillers.length < 50;) {
    const filler = connect(port, '127.0.0.1');
    filler.on('error', () => undefined);
    fillers.push(filler);
    waits = await Promise.race([
      once(filler, 'connect').then(() => false),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 250)),
    ]);
  }
  return {
    port,
    close: async () => {
      for (const filler of fillers) filler.destroy();
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}
