// What goes into an exchange and what comes out of it, whatever the version of HTTP and the kind of connection.

import type { Dispatcher } from 'undici';
import type { Failure } from './failures.ts';

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

/** How long opening a connection took. */
export interface OpeningTimes {
  /** All of it: looking up, connecting, the proxy's tunnel, TLS. */
  readonly connectMicros: number;
  /** Undefined for addresses. */
  readonly dnsMicros: number | undefined;
  readonly tlsMicros: number | undefined;
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
  /** Undefined unless this exchange opened its connection; then the parts of it, too. */
  readonly connectMicros: number | undefined;
  /** The part of it that looking up the name took; undefined for addresses. */
  readonly dnsMicros: number | undefined;
  /** The part of it that the TLS handshake took. */
  readonly tlsMicros: number | undefined;
  readonly firstByteMicros: number | undefined;
}

/** How one exchange comes to its connection: by the settings, or as its step differs from them. */
export interface ConnectingSettings {
  readonly keepAlive: boolean;
  readonly connectTimeoutMicros: number | null;
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
