// The narrow port over autocannon: the parts of its clients that Mettle relies on, and the lazy start of a crowd of them.

import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';

/** What autocannon sends; built once per crowd. */
export interface AutocannonRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** What its parser tells about the head of an answer. */
export interface AnswerHead {
  readonly statusCode: number;
  readonly shouldKeepAlive: boolean;
}

/** The members of http-parser-js that are used, with the keys of its two callbacks. */
interface AnswerParser {
  readonly type: string;
  readonly constructor: { readonly kOnHeadersComplete: 2; readonly kOnMessageComplete: 4 };
  /** Its callback for a complete head; a truthy result = no body follows. */
  2: (head: AnswerHead) => unknown;
  /** Its callback for a complete answer. */
  4: () => void;
  /** Returns an Error for bytes that are no answer. */
  execute(chunk: Buffer): unknown;
  /** The end of the stream: completes an answer that has no length of its own. */
  finish(): unknown;
  reinitialize(type: string): void;
}

/**
 * One connection's client of autocannon 9.0.0 (the version is pinned exactly). It writes a request, parses the answer,
 * emits `response` and writes the next; members with an underscore are its own, and are replaced one by one where it
 * would lose count (see saturate-client.ts).
 */
export interface AutocannonClient extends EventEmitter {
  conn: Socket;
  readonly parser: AnswerParser;
  readonly opts: { readonly requests: AutocannonRequest[] };
  readonly pipelinedRequests: { addBody(data: Buffer): void; addByteCount(count: number): void };
  readonly requestIterator: {
    /** Each with its `requestBuffer`, built. */
    requests: readonly AutocannonRequest[];
    currentRequest: AutocannonRequest | undefined;
    nextRequest(): AutocannonRequest | undefined;
  };
  timeoutTicker: { reschedule(timeoutMs: number): void; clear(): void };
  _connect(): void;
  _doRequest(): void;
  _destroyConnection(): void;
  destroy(): void;
}

interface CrowdOptions {
  /** `http://127.0.0.1:4001` */
  readonly origin: string;
  readonly connections: number;
  readonly requests: readonly AutocannonRequest[];
  /** Called from the constructor of each client, before it connects. */
  readonly setup: (client: AutocannonClient) => void;
}

/** Starts `connections` clients; throws what autocannon says of its options. */
export type StartCrowd = (options: CrowdOptions) => void;

/** Its own clock is never what ends a load; the longest that fits a timer. */
const endlessSeconds = 2_000_000;
/** How often its own bookkeeping (which nobody reads) looks whether all clients are gone. */
const bookkeepingMs = 200;

/** Imports autocannon, which takes a moment: once per thread, and only where something saturates. */
export async function loadAutocannon(): Promise<StartCrowd> {
  const { default: autocannon } = await import('autocannon');
  return ({ origin, connections, requests, setup }) => {
    let refused: unknown = null;
    autocannon(
      {
        url: origin,
        connections,
        pipelining: 1,
        duration: endlessSeconds,
        sampleInt: bookkeepingMs,
        // Its own timeouts are whole seconds and start before the load does: Mettle keeps the time.
        timeout: endlessSeconds,
        requests: requests.map((request) => ({ ...request })) as NonNullable<
          Parameters<typeof autocannon>[0]['requests']
        >,
        setupClient: (client) => setup(client as unknown as AutocannonClient),
        ...{ skipAggregateResult: true },
      },
      (error: unknown) => {
        refused = error;
      },
    );
    if (refused instanceof Error) throw refused;
  };
}
