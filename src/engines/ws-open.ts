// The two ends of a WebSocket's life: the handshake with its failures told apart, and leaving within a bound.

import type { ClientRequest, IncomingMessage } from 'node:http';
import type { createConnection } from 'node:net';
import type { Duplex } from 'node:stream';
import WebSocket from 'ws';
import type { CookieJar } from './cookies.ts';
import type { OpeningTimes } from './exchange-contract.ts';
import type { Failure } from './failures.ts';
import { failureOf } from './failures.ts';
import type { OpenPorts } from './open-socket.ts';
import { Opening } from './open-socket.ts';
import { routeTo } from './route.ts';
import type { Handshake } from './ws-handshake.ts';

export interface Opened {
  /** null = open. */
  readonly failure: Failure | null;
  /** The HTTP status of a refusal. */
  readonly status: string | undefined;
  /** True = it was answered as the protocol asks, whatever the scenario expects of the answer. */
  readonly answered: boolean;
  /** Undefined when there was no connection to send the handshake on. */
  readonly times: OpeningTimes | undefined;
}

/** What all sockets of a thread share. */
export interface SocketPorts extends OpenPorts {
  /** `http://host:port` of a proxy that is asked for a tunnel; null = none. */
  readonly proxy: string | null;
}

export interface OpenInit {
  readonly handshake: Handshake;
  readonly compression: boolean;
  readonly connectTimeoutMicros: number | null;
  readonly cookies: CookieJar;
  readonly ports: SocketPorts;
  /** The socket before anything arrives on it. */
  readonly onSocket: (socket: WebSocket) => void;
  /** It is open and as expected; called before its first message. */
  readonly onOpen: (socket: WebSocket) => void;
}

/** Larger messages end the connection: a protocol failure, not memory. */
const largestMessageBytes = 16 * 1_048_576;

/** The same place for cookies, whether it is reached by `http:` or by `ws:`. */
function cookiePlace(url: string): { readonly origin: string; readonly path: string } {
  const { protocol, host, pathname } = new URL(url);
  return { origin: `${protocol === 'wss:' ? 'https' : 'http'}://${host}`, path: pathname };
}

/** A 101 that is no upgrade is no answer of HTTP's either. */
const refusal = ({ statusCode = 0, statusMessage = '' }: IncomingMessage): Failure => ({
  error: statusCode === 101 ? 'protocol' : 'status',
  code: undefined,
  detail: `the handshake was answered with ${`${statusCode} ${statusMessage}`.trimEnd()}`,
});

type CreateConnection = (
  options: unknown,
  done: (error: Error | null, connection?: Duplex) => void,
) => undefined;

/** One attempt to open a socket. Redirects are not followed. The constructor throws when the URL or a header is not one. */
export class SocketAttempt {
  /** Never rejects; a peer that answers but refuses is a `status` failure with its HTTP status. */
  readonly result: Promise<Opened>;
  readonly #init: OpenInit;
  readonly #place: ReturnType<typeof cookiePlace>;
  readonly #socket: WebSocket;
  #settle: (opened: Opened) => void = () => undefined;
  #times: OpeningTimes | undefined;
  #opening: Opening | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(init: OpenInit) {
    this.#init = init;
    this.#place = cookiePlace(init.handshake.url);
    this.result = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#socket = this.#connect();
    init.onSocket(this.#socket);
    this.#watch();
  }

  /** Gives up; a connection that is open by now is cut off. */
  abandon(): void {
    clearTimeout(this.#timer);
    this.#socket.terminate();
  }

  #connect(): WebSocket {
    const { handshake, compression, connectTimeoutMicros, cookies } = this.#init;
    const cookie = cookies.header(this.#place.origin, this.#place.path, Date.now());
    const socket = new WebSocket(handshake.url, [...handshake.protocols], {
      headers: cookie === undefined ? { ...handshake.headers } : { cookie, ...handshake.headers },
      followRedirects: false,
      perMessageDeflate: compression,
      maxPayload: largestMessageBytes,
      // Node's own contract, which the types of ws narrow to that of net.connect.
      createConnection: this.#createConnection as unknown as typeof createConnection,
    });
    if (connectTimeoutMicros !== null) {
      const giveUp = (): void => {
        const detail = `not connected within ${connectTimeoutMicros / 1000}ms`;
        this.#fail({ error: 'connect', code: undefined, detail });
        this.abandon();
      };
      this.#timer = setTimeout(giveUp, Math.ceil(connectTimeoutMicros / 1000));
    }
    return socket;
  }

  readonly #createConnection: CreateConnection = (_, done) => {
    const { ports } = this.#init;
    const route = routeTo(this.#place.origin, { proxy: ports.proxy, version: '1.1' });
    // A proxy is asked for a tunnel, encrypted or not: what it passes on itself cannot become a WebSocket.
    this.#opening = new Opening({ ...route, tunnel: ports.proxy !== null }, ports, {
      opened: (connection, times) => {
        this.#times = times;
        clearTimeout(this.#timer);
        done(null, connection);
      },
      failed: (error) => done(error),
      broken: () => undefined,
    });
    return undefined;
  };

  #watch(): void {
    const socket = this.#socket;
    let answer: IncomingMessage | undefined;
    socket.once('upgrade', (response) => {
      answer = response;
      this.#takeCookies(response);
    });
    socket.once('open', () => {
      const { handshake, onOpen } = this.#init;
      const failure = handshake.judge(socket.protocol, answer?.headers ?? {});
      if (failure === null) onOpen(socket);
      this.#settle({ failure, status: undefined, answered: true, times: this.#times });
    });
    socket.once('unexpected-response', (request: ClientRequest, response: IncomingMessage) => {
      this.#takeCookies(response);
      this.#fail(refusal(response), String(response.statusCode ?? 0));
      request.destroy();
    });
    socket.on('error', (error) => this.#fail(failureOf(error)));
    socket.once('close', () => {
      clearTimeout(this.#timer);
      this.#opening?.abandon();
    });
  }

  #fail(failure: Failure, status?: string): void {
    this.#settle({ failure, status, answered: failure.error === 'status', times: this.#times });
  }

  #takeCookies({ headers }: IncomingMessage): void {
    const lines = headers['set-cookie'];
    if (lines === undefined) return;
    this.#init.cookies.store(this.#place.origin, this.#place.path, lines, Date.now());
  }
}

/** Sockets that do not answer a close within this are cut off when their user leaves. */
const leaveWithinMs = 1_000;

/** Closes politely, then by force; resolves when the socket is closed. */
export function leaveSocket(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readyState === socket.CLOSED) {
      resolve();
      return;
    }
    const timer = setTimeout(() => socket.terminate(), leaveWithinMs);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.close(1000);
  });
}
