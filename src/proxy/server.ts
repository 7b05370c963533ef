// The embedded fault proxy as a server in this thread: the HTTP side of the API, and the end of everything it opened.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { errnoOf, MettleError, messageOf } from '../kernel/errors.ts';
import type { ApiReply, ApiState } from './api-call.ts';
import { answer } from './api.ts';
import { ProxyCollection } from './collection.ts';
import { readBody, refusal } from './request-guard.ts';
import { type Scheduler, systemScheduler } from './schedule.ts';

export interface ProxyServerOptions {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  /** Everything random (which connections a toxic acts on, jitter) derives from it. */
  readonly seed: number;
  /** Whether GET /metrics is there; default: no, as in the original. */
  readonly metrics?: boolean;
}

export interface ProxyServer {
  /** `http://127.0.0.1:8474`, without a slash at the end. */
  readonly apiUrl: string;
  /** From now on everything random derives from this seed, as on a new server. Resolves once that is so. */
  reseed(seed: number): Promise<void>;
  /** Resolves when every port is free and every connection closed. */
  close(): Promise<void>;
}

/** Throws MettleError `PROXY_PORT_IN_USE` or `PROXY_CANNOT_LISTEN`. */
export async function startProxyServer(
  options: ProxyServerOptions,
  scheduler: Scheduler = systemScheduler,
): Promise<ProxyServer> {
  const proxies = new ProxyCollection(scheduler, options.seed);
  const server = createServer({ connectionsCheckingInterval: 1_000 }, (request, response) => {
    serve({ proxies, scheduler, metrics: options.metrics ?? false }, options.host, request, response).catch(
      () => response.destroy(),
    );
  });
  // Node swaps the two when the one for headers is longer.
  server.headersTimeout = 10_000;
  server.requestTimeout = 15_000;
  const apiUrl = await listen(server, options);
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await Promise.all([closed, proxies.dispose()]);
  };
  const reseed = (seed: number): Promise<void> => {
    proxies.reseed(seed);
    return Promise.resolve();
  };
  return { apiUrl, reseed, close: () => (closing ??= close()) };
}

async function serve(
  state: ApiState,
  host: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const refused = refusal(request, host);
  const body = refused === undefined ? await readBody(request) : undefined;
  if (refused !== undefined || body === undefined) {
    response.setHeader('connection', 'close');
    send(response, refused === undefined ? tooLarge : { status: 403, text: refused });
    return;
  }
  const { path, query } = locate(request.url ?? '/');
  send(response, await answer(state, { method: request.method ?? 'GET', path, query, body }));
}

const tooLarge: ApiReply = { status: 413, json: { error: 'request body too large', status: 413 } };

/** A path that cannot be decoded is no route. */
function locate(target: string): { path: string[]; query: URLSearchParams } {
  const [pathname = '', search = ''] = target.split('?', 2);
  const query = new URLSearchParams(search);
  try {
    return { path: pathname.split('/').slice(1).map(decodeURIComponent), query };
  } catch {
    return { path: [], query };
  }
}

function send(response: ServerResponse, reply: ApiReply): void {
  response.statusCode = reply.status;
  if (reply.json !== undefined) {
    response.setHeader('content-type', 'application/json');
    response.end(`${JSON.stringify(reply.json)}\n`);
    return;
  }
  const plain = 'text/plain; charset=utf-8';
  if (reply.text !== undefined) response.setHeader('content-type', reply.contentType ?? plain);
  response.end(reply.text);
}

function listen(server: Server, { host, port }: ProxyServerOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(listenFailure(error, host, port)));
    server.listen({ host, port }, () => {
      const bound = server.address();
      const boundPort = typeof bound === 'object' && bound !== null ? bound.port : port;
      resolve(`http://${host.includes(':') ? `[${host}]` : host}:${boundPort}`);
    });
  });
}

function listenFailure(error: Error, host: string, port: number): MettleError {
  if (errnoOf(error) === 'EADDRINUSE') {
    return new MettleError({
      code: 'PROXY_PORT_IN_USE',
      message: `the fault proxy cannot listen on ${host}:${port}: the port is in use`,
      hint: 'End what uses the port, or choose another one (0 = any free port).',
      cause: error,
    });
  }
  return new MettleError({
    code: 'PROXY_CANNOT_LISTEN',
    message: `the fault proxy cannot listen on ${host}:${port}: ${messageOf(error)}`,
    hint: 'Give an address of this machine; 127.0.0.1 keeps the API to this machine.',
    cause: error,
  });
}
