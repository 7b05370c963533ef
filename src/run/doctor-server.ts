// A loopback server that writes down what it really took: one path answers at once, the other after known delays.

import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';
import { systemClock } from '../kernel/clock.ts';
import type { Answers } from './doctor-messages.ts';

/** Paths of the server. */
export const knownPaths = { instant: '/instant', known: '/known' } as const;

/** Two answers in a hundred are slow, so that p50 lies among the fast ones and p99 in the middle of the slow ones. */
const knownDelays = { fastMs: 10, slowMs: 50, slowEvery: 50 } as const;

export interface KnownServer {
  readonly port: number;
  /** Of the known path, since the last call. */
  takeAnswers(): Answers;
}

const answer = Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
const headEnd = Buffer.from('\r\n\r\n');
const isKnown = (request: Buffer): boolean => request.includes(` ${knownPaths.known} `);

/** Listens on a free port of 127.0.0.1, until its thread ends. It reads heads only: nothing else is sent to it. */
export async function startKnownServer(): Promise<KnownServer> {
  let at: number[] = [];
  let took: number[] = [];
  let count = 0;
  const respond = (socket: Socket, request: Buffer): void => {
    if (!isKnown(request)) {
      socket.write(answer);
      return;
    }
    const receivedAtMicros = systemClock.nowMicros();
    count += 1;
    setTimeout(
      () => {
        socket.write(answer);
        at.push(receivedAtMicros);
        took.push(systemClock.nowMicros() - receivedAtMicros);
      },
      count % knownDelays.slowEvery === 0 ? knownDelays.slowMs : knownDelays.fastMs,
    );
  };
  const server = createServer({ noDelay: true }, (socket) => {
    let held: Buffer = Buffer.alloc(0);
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      const request = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      const isWhole = request.subarray(-headEnd.length).equals(headEnd);
      held = isWhole ? Buffer.alloc(0) : request;
      if (isWhole) respond(socket, request);
    });
  });
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1_024 });
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    takeAnswers: () => {
      const answers = { atMicros: Float64Array.from(at), tookMicros: Float64Array.from(took) };
      at = [];
      took = [];
      return answers;
    },
  };
}
