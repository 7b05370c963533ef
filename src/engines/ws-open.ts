// The two ends of a WebSocket's life: the handshake with its failures told apart, and leaving within a bound.

import type { ClientRequest, IncomingMessage } from 'node:http';
import WebSocket from 'ws';
import type { Failure, OpeningStage } from './failures.ts';
import { OpeningError, failureOf } from './failures.ts';

export interface Opened {
  /** null = open. */
  readonly failure: Failure | null;
  /** The HTTP status of a refusal. */
  readonly status: string | undefined;
  /** DNS, TCP and TLS, without the handshake. */
  readonly connectMicros: number | undefined;
}

interface Opening {
  readonly socket: WebSocket;
  readonly result: Promise<Opened>;
}

/** Larger messages end the connection: a protocol failure, not memory. */
const largestMessageBytes = 16 * 1_048_576;

/**
 * Sends the handshake. Redirects are not followed, messages are not compressed (their cost would be the generator's).
 * Throws when the URL or a header is not one. `result` never rejects; a peer that answers but refuses is a `status` failure with its HTTP status.
 */
export function openSocket(
  url: string,
  headers: Readonly<Record<string, string>>,
  nowMicros: () => number,
): Opening {
  const startedAtMicros = nowMicros();
  let stage: OpeningStage | 'open' = 'tcp';
  let connectMicros: number | undefined;
  const connected = (): void => {
    stage = 'open';
    connectMicros = nowMicros() - startedAtMicros;
  };
  const observe = (request: ClientRequest): void => {
    request.once('socket', (connection) => {
      const secure = url.startsWith('wss:');
      if (secure) connection.once('connect', () => (stage = 'tls'));
      connection.once(secure ? 'secureConnect' : 'connect', connected);
    });
    request.end();
  };
  const socket = new WebSocket(url, {
    headers,
    followRedirects: false,
    perMessageDeflate: false,
    maxPayload: largestMessageBytes,
    finishRequest: observe,
  });
  const result = new Promise<Opened>((resolve) => {
    socket.once('open', () => resolve({ failure: null, status: undefined, connectMicros }));
    socket.once('unexpected-response', (request: ClientRequest, response: IncomingMessage) => {
      const status = String(response.statusCode ?? 0);
      const failure: Failure = {
        error: 'status',
        code: undefined,
        detail: `the handshake was answered with ${status}`,
      };
      resolve({ failure, status, connectMicros });
      request.destroy();
    });
    socket.on('error', (error) => {
      const failure = failureOf(stage === 'open' ? error : new OpeningError(stage, error));
      resolve({ failure, status: undefined, connectMicros });
    });
  });
  return { socket, result };
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
