// One request and its answer on one connection: the clock runs from the start to the last byte of the body.

import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { onAbort } from './abort.ts';
import type { Connection, Connections } from './connections.ts';
import type { Failure } from './failures.ts';
import { failureOf } from './failures.ts';

export interface HttpRequest {
  /** `http://127.0.0.1:4001` */
  readonly origin: string;
  readonly method: Dispatcher.HttpMethod;
  /** With its query. */
  readonly path: string;
  /** Name, value, name, value, … */
  readonly headers: readonly string[];
  /**
   * A function makes the stream of a body that is not held in memory, once per request; its length is said by a
   * `content-length` header, else it is sent in chunks.
   */
  readonly body: string | Buffer | (() => AsyncIterable<Uint8Array>) | null;
}

export interface HttpAnswer {
  readonly startedAtMicros: number;
  readonly endedAtMicros: number;
  /** null = a complete answer arrived in time. */
  readonly failure: Failure | null;
  /** Cut off by the end of the run. */
  readonly censored: boolean;
  /** 0 until the headers of an answer arrived. */
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: number;
  /** What was kept of the body. */
  readonly body: readonly Buffer[];
  /** True when more of the body arrived than was to be kept. */
  readonly bodyCut: boolean;
  readonly connectMicros: number | undefined;
  /** The part of it that looking up the name took; undefined for addresses. */
  readonly dnsMicros: number | undefined;
  /** The part of it that the TLS handshake took. */
  readonly tlsMicros: number | undefined;
  readonly firstByteMicros: number | undefined;
}

export interface ExchangeOptions {
  /** Covers everything, opening the connection included. */
  readonly timeoutMicros: number;
  /** How many bytes of the body to keep, by status. */
  readonly keepBytes: (status: number) => number;
  readonly signal: AbortSignal;
  readonly nowMicros: () => number;
  /** False = a connection of its own, closed after the answer. Default: as the settings say. */
  readonly keepAlive?: boolean;
  /** Limit of opening a connection, within the timeout; null = none. Default: as the settings say. */
  readonly connectTimeoutMicros?: number | null;
  /** Every piece of the body when it arrives, whether it is kept or not. */
  readonly onData?: (chunk: Buffer, atMicros: number) => void;
}

type Settle = (answer: HttpAnswer) => void;

const timedOut = (timeoutMicros: number): Failure => ({
  error: 'timeout',
  code: undefined,
  detail: `no complete answer within ${timeoutMicros / 1000}ms`,
});

const cutOff: Failure = { error: 'timeout', code: undefined, detail: 'in flight when the run ended' };

class Exchange implements Dispatcher.DispatchHandler {
  readonly #connection: Connection;
  readonly #options: ExchangeOptions;
  readonly #startedAtMicros: number;
  readonly #reused: boolean;
  readonly #settle: Settle;
  readonly #timer: NodeJS.Timeout;
  readonly #forget: () => void;
  #settled = false;
  #status = 0;
  #headers: HttpAnswer['headers'] = {};
  #firstByteMicros: number | undefined;
  #bytes = 0;
  #keepBytes = 0;
  #body: Buffer[] = [];

  constructor(connection: Connection, startedAtMicros: number, options: ExchangeOptions, settle: Settle) {
    this.#connection = connection;
    this.#options = options;
    this.#startedAtMicros = startedAtMicros;
    this.#reused = connection.connected;
    this.#settle = settle;
    const { timeoutMicros, signal } = options;
    this.#timer = setTimeout(
      () => this.#end(timedOut(timeoutMicros), false),
      Math.ceil(timeoutMicros / 1000),
    );
    this.#forget = onAbort(signal, () => this.#end(cutOff, true));
  }

  // Its presence tells undici which of its two handler interfaces this is.
  onRequestStart(): void {
    this.#bytes = 0;
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: HttpAnswer['headers']): void {
    if (status < 200) return;
    this.#firstByteMicros = this.#options.nowMicros() - this.#startedAtMicros;
    this.#status = status;
    this.#headers = headers;
    this.#keepBytes = this.#options.keepBytes(status);
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    const room = this.#keepBytes - this.#bytes;
    if (room > 0) this.#body.push(chunk.length > room ? chunk.subarray(0, room) : chunk);
    this.#bytes += chunk.length;
    this.#options.onData?.(chunk, this.#options.nowMicros());
  }

  onResponseEnd(): void {
    // undici takes a reset for the end of a body that has no length of its own.
    const { socketError } = this.#connection;
    this.#end(socketError === undefined ? null : failureOf(socketError), false);
  }

  onResponseError(_: Dispatcher.DispatchController | undefined, error: Error): void {
    if (!this.#settled) this.#end(this.#failureOf(error), false);
  }

  #failureOf(error: Error): Failure {
    const { connected, socketError, ended } = this.#connection;
    // The socket's own word goes before undici's reading of it (a reset that looks like a wrong content-length).
    const failure = failureOf(connected || this.#status > 0 ? (socketError ?? error) : error);
    // A body shorter than announced because the server closed is a broken connection, whatever the framing.
    const short = ended && failure.code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH';
    const reset = short || failure.error === 'reset';
    const idled = this.#reused && reset && this.#status === 0;
    return {
      error: reset ? 'reset' : failure.error,
      code: failure.code,
      detail: idled ? `${failure.detail} (on a kept-alive connection)` : failure.detail,
    };
  }

  #end(failure: Failure | null, censored: boolean): void {
    if (this.#settled) return;
    this.#settled = true;
    clearTimeout(this.#timer);
    this.#forget();
    const endedAtMicros = this.#options.nowMicros();
    const { timeoutMicros } = this.#options;
    // A timer that came late must not turn an answer that came too late into a good one.
    const late = failure === null && endedAtMicros - this.#startedAtMicros > timeoutMicros;
    this.#settle({
      startedAtMicros: this.#startedAtMicros,
      endedAtMicros,
      failure: late ? timedOut(timeoutMicros) : failure,
      censored,
      status: this.#status,
      headers: this.#headers,
      bytes: this.#bytes,
      body: this.#body,
      bodyCut: this.#bytes > this.#keepBytes,
      connectMicros: this.#connection.openingMicros,
      dnsMicros: undefined,
      tlsMicros: undefined,
      firstByteMicros: this.#firstByteMicros,
    });
  }
}

/**
 * Sends a request; resolves with what became of it and never rejects. Nothing is sent twice: only a connection that
 * the server had closed while it was idle is opened anew, when that is known before the request is written. Closed
 * later than that, it is a `reset` of this request, as it would be for any client.
 */
export function exchange(
  connections: Connections,
  request: HttpRequest,
  options: ExchangeOptions,
): Promise<HttpAnswer> {
  return new Promise((resolve) => {
    const startedAtMicros = options.nowMicros();
    const connection = connections.acquire(request.origin);
    const settle: Settle = (answer) => {
      if (answer.failure === null) connections.release(request.origin, connection);
      else connections.discard(connection);
      resolve(answer);
    };
    const { method, path, headers, body } = request;
    const handler = new Exchange(connection, startedAtMicros, options, settle);
    const sent = typeof body === 'function' ? Readable.from(body()) : body;
    connection.client.dispatch({ method, path, headers: headers as string[], body: sent }, handler);
  });
}
