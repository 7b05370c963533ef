// HTTP servers on loopback for one test each: closed, with their users, when it is over.

import { createServer } from 'node:http';
import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openUser } from './engine-users.ts';

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What a test opens, to be closed after it in the opposite order. */
export function opened() {
  const cleanups: (() => Promise<void>)[] = [];
  return {
    /** `http://127.0.0.1:<port>` */
    serve: async (listener: RequestListener): Promise<string> => {
      const server = createServer(listener);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      cleanups.push(
        () =>
          new Promise((resolve) => {
            server.closeAllConnections();
            server.close(() => resolve());
          }),
      );
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    user: (...init: Parameters<typeof openUser>) => {
      const user = openUser(...init);
      cleanups.push(user.close);
      return user;
    },
    onClose: (cleanup: () => Promise<void>): void => {
      cleanups.push(cleanup);
    },
    close: async (): Promise<void> => {
      for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
    },
  };
}

/** Answers with what `answer` says once the whole request is in, and writes requests down. */
export function recording(answer: (request: Received) => Parameters<typeof respond>[1]): {
  readonly received: Received[];
  readonly listener: RequestListener;
} {
  const received: Received[] = [];
  return {
    received,
    listener: (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url = '', headers } = request;
        const whole = { method, url, headers, body: Buffer.concat(chunks) };
        received.push(whole);
        respond(response, answer(whole));
      });
    },
  };
}

function respond(
  response: Parameters<RequestListener>[1],
  {
    status = 200,
    headers = {},
    body = '',
  }: {
    readonly status?: number;
    readonly headers?: Readonly<Record<string, string | string[]>>;
    readonly body?: string | Buffer;
  },
): void {
  response.writeHead(status, headers);
  response.end(body);
}
