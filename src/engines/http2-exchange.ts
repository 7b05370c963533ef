// One request and its answer on one HTTP/2 stream. Its failures are its own; the connection goes on without it.

import type {
  ClientHttp2Session,
  ClientHttp2Stream,
  IncomingHttpHeaders,
  IncomingHttpStatusHeader,
} from 'node:http2';
import { constants } from 'node:http2';
import type { Readable } from 'node:stream';
import { errnoOf } from '../kernel/errors.ts';
import { bodyStream } from './body-stream.ts';
import type {
  ConnectingSettings,
  ExchangeOptions,
  HttpAnswer,
  HttpRequest,
  OpeningTimes,
} from './exchange-contract.ts';
import type { Failure } from './failures.ts';
import { BodyError, OpeningError, failureOf } from './failures.ts';
import type { Http2Connection, StreamSeeker } from './http2-connection.ts';
import type { Http2Connections } from './http2-connections.ts';
import type { ConnectionEnd } from './http2-failures.ts';
import { connectionFailure, resetFailure } from './http2-failures.ts';
import { http2Headers } from './http2-headers.ts';
import { PendingAnswer } from './pending-answer.ts';
import type { Route } from './route.ts';

/**
 * Did the server end the answer? Node says `end` also when the stream was reset without an error in the midst of it, but
 * then the stream is closed before its end is pushed, and otherwise after.
 */
function noteEnd(stream: ClientHttp2Stream): () => boolean {
  let ended = false;
  const push = stream.push.bind(stream);
  stream.push = (chunk, encoding) => {
    if (chunk === null && !stream.closed) ended = true;
    return push(chunk, encoding);
  };
  return () => ended;
}

class Http2Exchange implements StreamSeeker {
  readonly #connections: Http2Connections;
  readonly #route: Route;
  readonly #request: HttpRequest;
  readonly #options: ExchangeOptions;
  readonly #keepAlive: boolean;
  readonly #pending: PendingAnswer;
  readonly #resolve: (answer: HttpAnswer) => void;
  #connection: Http2Connection;
  #times: OpeningTimes | undefined;
  #stream: ClientHttp2Stream | undefined;
  #upload: Readable | undefined;
  #sentAtMicros = 0;
  #error: Error | undefined;

  constructor(
    connections: Http2Connections,
    route: Route,
    request: HttpRequest,
    options: ExchangeOptions,
    { keepAlive, connectTimeoutMicros }: ConnectingSettings,
    resolve: (answer: HttpAnswer) => void,
  ) {
    const startedAtMicros = options.nowMicros();
    this.#connections = connections;
    this.#route = route;
    this.#request = request;
    this.#options = options;
    this.#keepAlive = keepAlive;
    this.#resolve = resolve;
    this.#connection = connections.take(route, !keepAlive);
    this.#pending = new PendingAnswer(options, startedAtMicros, connectTimeoutMicros, {
      stage: () => (this.#stream === undefined ? this.#connection.stage : null),
      times: () => this.#times,
      settle: (answer) => this.#settle(answer),
    });
  }

  /** Once, after it was made. */
  begin(): void {
    this.#connection.join(this);
  }

  elsewhere(): void {
    this.#connection = this.#connections.take(this.#route, !this.#keepAlive);
    this.#connection.join(this);
  }

  notOpened(error: OpeningError | ConnectionEnd): void {
    this.#pending.end(error instanceof OpeningError ? failureOf(error) : connectionFailure(error));
  }

  start(session: ClientHttp2Session, times: OpeningTimes | undefined): void {
    this.#times = times;
    this.#pending.opened();
    const stream = this.#pending.settled ? undefined : this.#requestOn(session);
    if (stream === undefined) this.#connection.streamEnded();
    else this.#watch(stream);
  }

  #requestOn(session: ClientHttp2Session): ClientHttp2Stream | undefined {
    const { body } = this.#request;
    this.#sentAtMicros = this.#options.nowMicros();
    try {
      const stream = session.request(http2Headers(this.#request), { endStream: body === null });
      this.#stream = stream;
      return stream;
    } catch (thrown) {
      this.#pending.end(failureOf(thrown));
      return undefined;
    }
  }

  #watch(stream: ClientHttp2Stream): void {
    const { body } = this.#request;
    stream.on('response', (headers) => this.#head(headers));
    stream.on('data', (chunk: Buffer) => {
      this.#heard();
      this.#pending.data(chunk);
    });
    const wasEnded = noteEnd(stream);
    stream.on('end', () => {
      if (wasEnded()) this.#pending.end(null);
    });
    stream.on('error', (error) => {
      this.#error ??= error;
    });
    stream.once('close', () => {
      if (!this.#pending.settled) this.#pending.end(this.#failure(stream.rstCode));
      this.#connection.streamEnded();
    });
    if (typeof body === 'function') this.#send(stream, bodyStream(body));
    else if (body !== null) stream.end(body);
  }

  #send(stream: ClientHttp2Stream, upload: Readable): void {
    this.#upload = upload;
    upload.once('error', (error) => {
      if (error instanceof BodyError) this.#pending.end(failureOf(error));
    });
    upload.pipe(stream);
  }

  #heard(): void {
    this.#connection.lastHeardMicros = this.#options.nowMicros();
  }

  #head(headers: IncomingHttpHeaders & IncomingHttpStatusHeader): void {
    this.#heard();
    this.#pending.head(headers[':status'] ?? 0, headers);
  }

  #failure(rstCode: number): Failure {
    const { end, isClosed } = this.#connection;
    const own = this.#error === undefined || errnoOf(this.#error) === 'ERR_HTTP2_STREAM_ERROR';
    if (!own) return connectionFailure({ ...end, error: end.error ?? this.#error });
    // When a connection ends, Node cancels what was on it.
    const cancelled = rstCode === constants.NGHTTP2_CANCEL && isClosed;
    if (cancelled || end.error !== undefined) return connectionFailure(end);
    return resetFailure(rstCode, 'stream');
  }

  #settle(answer: HttpAnswer): void {
    const stream = this.#stream;
    this.#upload?.destroy();
    if (stream === undefined) this.#connection.leave(this);
    else {
      const isDone = answer.failure === null && stream.writableFinished;
      if (!isDone && !stream.destroyed) {
        stream.close(constants.NGHTTP2_CANCEL);
        // Its place is free at once, even when nothing can be written to the connection any more.
        stream.destroy();
      }
      // No sign of life while a whole request timed out: the connection may be dead, and no other must wait to find out.
      const timedOut = answer.failure?.error === 'timeout' && !answer.censored;
      if (timedOut && this.#connection.lastHeardMicros < this.#sentAtMicros) this.#connection.retire();
    }
    if (!this.#keepAlive) this.#connection.retire();
    this.#resolve(answer);
  }
}

/** See `exchange`. */
export function exchangeOverHttp2(
  connections: Http2Connections,
  route: Route,
  request: HttpRequest,
  options: ExchangeOptions,
  connecting: ConnectingSettings,
): Promise<HttpAnswer> {
  return new Promise((resolve) => {
    new Http2Exchange(connections, route, request, options, connecting, resolve).begin();
  });
}
