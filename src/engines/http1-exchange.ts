// One request and its answer on one HTTP/1.1 connection.

import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { bodyStream } from './body-stream.ts';
import type { ConnectingSettings, ExchangeOptions, HttpAnswer, HttpRequest } from './exchange-contract.ts';
import type { Failure } from './failures.ts';
import { failureOf } from './failures.ts';
import type { Http1Connection } from './http1-connection.ts';
import type { Http1Connections } from './http1-connections.ts';
import { PendingAnswer } from './pending-answer.ts';
import type { Route } from './route.ts';

class Http1Handler implements Dispatcher.DispatchHandler {
  readonly #connection: Http1Connection;
  readonly #pending: PendingAnswer;
  readonly #reused: boolean;

  constructor(connection: Http1Connection, pending: PendingAnswer) {
    this.#connection = connection;
    this.#pending = pending;
    this.#reused = connection.connected;
  }

  /** Its presence tells undici which of its two handler interfaces this is. */
  onRequestStart(): void {
    // What arrives is told by the other methods.
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: HttpAnswer['headers']): void {
    if (status >= 200) this.#pending.head(status, headers);
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#pending.data(chunk);
  }

  onResponseEnd(): void {
    // undici takes a reset for the end of a body that has no length of its own.
    const { socketError } = this.#connection;
    this.#pending.end(socketError === undefined ? null : failureOf(socketError));
  }

  onResponseError(_: Dispatcher.DispatchController | undefined, error: Error): void {
    if (!this.#pending.settled) this.#pending.end(this.#failureOf(error));
  }

  #failureOf(error: Error): Failure {
    const { connected, socketError, ended } = this.#connection;
    // The socket's own word goes before undici's reading of it (a reset that looks like a wrong content-length).
    const failure = failureOf(connected || this.#pending.status > 0 ? (socketError ?? error) : error);
    // A body shorter than announced because the server closed is a broken connection, whatever the framing.
    const short = ended && failure.code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH';
    const reset = short || failure.error === 'reset';
    const idled = this.#reused && reset && this.#pending.status === 0;
    return {
      error: reset ? 'reset' : failure.error,
      code: failure.code,
      detail: idled ? `${failure.detail} (on a kept-alive connection)` : failure.detail,
    };
  }
}

/** See `exchange`. */
export function exchangeOverHttp1(
  connections: Http1Connections,
  route: Route,
  request: HttpRequest,
  options: ExchangeOptions,
  { keepAlive, connectTimeoutMicros }: ConnectingSettings,
): Promise<HttpAnswer> {
  return new Promise((resolve) => {
    const startedAtMicros = options.nowMicros();
    const connection = connections.acquire(route, !keepAlive);
    const { method, path, headers, body } = request;
    let stream: Readable | undefined;
    const settle = (answer: HttpAnswer): void => {
      stream?.destroy();
      if (answer.failure === null && keepAlive && connection.connected) connections.release(connection);
      else connections.discard(connection);
      resolve(answer);
    };
    const pending = new PendingAnswer(options, startedAtMicros, connectTimeoutMicros, {
      stage: () => connection.stage,
      times: () => connection.openingTimes,
      settle,
    });
    connection.onOpened = () => pending.opened();
    if (typeof body === 'function') stream = bodyStream(body);
    connection.dispatch(
      {
        method,
        path: `${route.pathPrefix}${path}`,
        headers: headers as string[],
        body: stream ?? (body as string | Buffer | null),
        // False, not absent: undici would close the connection after every HEAD.
        reset: !keepAlive,
      },
      new Http1Handler(connection, pending),
    );
  });
}
