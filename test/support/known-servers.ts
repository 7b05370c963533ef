// HTTP servers on loopback whose behaviour is known to the microsecond, or at least written down by themselves.

import { once } from 'node:events';
import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Server as NetServer } from 'node:net';
import { createServer as createNetServer } from 'node:net';

export interface KnownServer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** From the whole request received to the answer handed to the socket, in the order of answers. */
  readonly delaysMicros: readonly number[];
  /** The most requests it ever held at the same time. */
  readonly peak: number;
  close(): Promise<void>;
}

const nowMicros = (): number => Number(process.hrtime.bigint()) / 1_000;

async function listen(server: HttpServer | NetServer): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** `delayMs` tells how long the n-th request (from 0) waits for its answer, and `status` what it is. */
export async function startServer(
  delayMs: (n: number) => number,
  status: (n: number) => number = () => 200,
): Promise<KnownServer> {
  const delaysMicros: number[] = [];
  let received = 0;
  let held = 0;
  let peak = 0;
  const answer = (response: ServerResponse, code: number, receivedAtMicros: number): void => {
    response.writeHead(code, { 'content-type': 'text/plain' });
    response.end('hello world');
    delaysMicros.push(nowMicros() - receivedAtMicros);
    held -= 1;
  };
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const receivedAtMicros = nowMicros();
    const n = received;
    received += 1;
    held += 1;
    peak = Math.max(peak, held);
    request.resume();
    const waitMs = delayMs(n);
    if (waitMs <= 0) answer(response, status(n), receivedAtMicros);
    else setTimeout(() => answer(response, status(n), receivedAtMicros), waitMs);
  });
  server.keepAliveTimeout = 60_000;
  const url = await listen(server);
  return {
    url,
    delaysMicros,
    get peak() {
      return peak;
    },
    close: () => closeServer(server),
  };
}

async function closeServer(server: HttpServer | NetServer): Promise<void> {
  if ('closeAllConnections' in server) server.closeAllConnections();
  server.close();
  await once(server, 'close');
}

/** What is known of such a server needs no log of its own. */
const withoutLog = (url: string, server: HttpServer | NetServer): KnownServer => ({
  url,
  delaysMicros: [],
  peak: 0,
  close: () => closeServer(server),
});

/** Every answer takes `delayMs`; the n-th one (from 0) for which `fails` is true has status 500. */
export const startConstantServer = (
  delayMs: number,
  fails: (n: number) => boolean = () => false,
): Promise<KnownServer> =>
  startServer(
    () => delayMs,
    (n) => (fails(n) ? 500 : 200),
  );

/**
 * Answers at once, except during one stall that begins `afterMs` after the first request: what arrives in it is answered
 * when it ends.
 */
export function startStallingServer(afterMs: number, stallMs: number): Promise<KnownServer> {
  let firstAt: number | undefined;
  return startServer(() => {
    const now = nowMicros() / 1_000;
    firstAt ??= now;
    const into = now - firstAt - afterMs;
    return into >= 0 && into < stallMs ? stallMs - into : 0;
  });
}

/** Receives requests and never answers. */
export const startSilentServer = (): Promise<KnownServer> => startServer(() => 2_000_000_000);

/** Accepts connections and resets them as soon as something arrives. */
export async function startResettingServer(): Promise<KnownServer> {
  const server = createNetServer((socket) => {
    socket.once('data', () => socket.resetAndDestroy());
    socket.on('error', () => socket.destroy());
  });
  const url = await listen(server);
  return withoutLog(url, server);
}

/**
 * Answers each connection's first request after `delayMs`, but resets the n-th connection (from 0) for which `refuses` is
 * true as soon as it is there: a failure that is faster than any answer.
 */
export async function startRefusingServer(
  delayMs: number,
  refuses: (n: number) => boolean,
): Promise<KnownServer> {
  let connections = 0;
  const server = createNetServer((socket) => {
    const n = connections;
    connections += 1;
    socket.on('error', () => socket.destroy());
    if (refuses(n)) {
      socket.resetAndDestroy();
      return;
    }
    socket.once('data', () => {
      const answer = 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok';
      setTimeout(() => socket.end(answer), delayMs);
    });
  });
  const url = await listen(server);
  return withoutLog(url, server);
}

/** An address at which nothing listens: connections are refused. */
export async function refusingUrl(): Promise<string> {
  const server = createNetServer();
  const url = await listen(server);
  server.close();
  await once(server, 'close');
  return url;
}

/**
 * One server and one queue: an answer every `serviceMs` at most, in the order of arrival, on a schedule that does not
 * drift. With arrivals every `1/λ` that are faster, the n-th waits n · (serviceMs − 1/λ).
 */
export function startQueueServer(serviceMs: number): Promise<KnownServer> {
  let freeAtMs = 0;
  return startServer(() => {
    const nowMs = nowMicros() / 1_000;
    freeAtMs = Math.max(freeAtMs, nowMs) + serviceMs;
    return freeAtMs - nowMs;
  });
}

/** Every `nth` request loses its connection, unanswered; the others are answered at once. */
export async function startLossyServer(nth: number): Promise<KnownServer> {
  let received = 0;
  const server = createServer((request, response) => {
    received += 1;
    request.resume();
    if (received % nth === 0) request.socket.resetAndDestroy();
    else response.end('hello world');
  });
  server.keepAliveTimeout = 60_000;
  const url = await listen(server);
  return withoutLog(url, server);
}
