// Servers that are not ours: a shared Toxiproxy stays as it was, and one that misbehaves is one clear message.

import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { describe, expect, it } from 'vitest';
import { openProxyBackend } from '../../src/faults/clients/backend.ts';
import { connectToxiproxy } from '../../src/faults/clients/toxiproxy.ts';
import type { FaultLink } from '../../src/faults/fault.ts';
import { inject } from '../../src/faults/inject.ts';
import { MettleError } from '../../src/kernel/errors.ts';
import { memoryTracker } from '../support/memory-tracker.ts';
import { apiAt, startEcho } from '../support/proxy-loopback.ts';
import { findToxiproxy, startToxiproxy } from '../support/real-toxiproxy.ts';

const latency = {
  kind: 'latency',
  latencyMs: 20,
  jitterMs: 0,
  toxicity: 1,
  direction: 'downstream',
} as const;

async function exchange(link: FaultLink): Promise<void> {
  const socket = connect(link.listen.port, link.listen.host);
  socket.write('ping');
  await once(socket, 'data');
  socket.destroy();
}

async function urlOf(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** How opening proxies on that server fails. */
async function failure(toxiproxyUrl: string): Promise<MettleError> {
  const opened = openProxyBackend({ toxiproxyUrl, runToken: 'cafe', tracker: memoryTracker(), seed: 1 });
  const error: unknown = await opened.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof MettleError)) throw new Error(`no MettleError: ${String(error)}`);
  return error;
}

describe('a server that is no Toxiproxy', () => {
  const answering: [string, RequestListener, string][] = [
    [
      'knows nothing',
      (_request, response) => response.writeHead(404).end('<h1>Not found</h1>'),
      'TOXIPROXY_NONSENSE',
    ],
    ['says yes to everything', (_request, response) => response.end('OK'), 'TOXIPROXY_NONSENSE'],
    [
      'answers with other JSON',
      (_request, response) => response.end('{"proxies":[1]}'),
      'TOXIPROXY_NONSENSE',
    ],
    [
      'sends elsewhere',
      (_request, response) => response.writeHead(302, { location: '/' }).end(),
      'TOXIPROXY_NONSENSE',
    ],
    [
      'says no',
      (_request, response) => response.writeHead(403).end('{"error":"not you"}'),
      'TOXIPROXY_REFUSED',
    ],
    ['hangs', () => undefined, 'TOXIPROXY_TIMEOUT'],
    ['hangs half-way', (_request, response) => response.write('{'), 'TOXIPROXY_TIMEOUT'],
    ['hangs up', (request) => request.socket.destroy(), 'TOXIPROXY_UNREACHABLE'],
  ];

  it.each(answering)('and %s is one clear message with exit code 2', async (_name, listener, code) => {
    const server = createHttpServer(listener);
    const url = await urlOf(server);
    const error = await failure(url);
    expect(error).toMatchObject({ code, exitCode: 2 });
    expect(error.message).toContain(url);
    expect(error.hint).toBeTruthy();
    server.closeAllConnections();
    server.close();
  });

  it('and is not there is one too', async () => {
    const server = createServer();
    const url = await urlOf(server);
    server.close();
    await once(server, 'close');
    expect(await failure(url)).toMatchObject({ code: 'TOXIPROXY_UNREACHABLE', exitCode: 2 });
    expect((await failure(url)).message).toContain('ECONNREFUSED');
  });

  it("keeps the server's own words in what it refuses", async () => {
    const server = createHttpServer((_request, response) => {
      response.writeHead(409).end('{"error":"proxy already exists","status":409}');
    });
    const api = connectToxiproxy(await urlOf(server));
    const body = { name: 'a', listen: '127.0.0.1:0', upstream: '127.0.0.1:1' };
    await expect(api.createProxy(body)).rejects.toThrow('refused (409): proxy already exists');
    await expect(api.createProxy({ ...body, name: '../reset' })).rejects.toThrow();
    await expect(api.proxy('a/b')).rejects.toMatchObject({ code: 'PROXY_NAME' });
    server.closeAllConnections();
    server.close();
  });
});

/** A Toxiproxy that has one proxy, and does with toxics what it likes. */
async function withServer(
  toxic: { readonly whenAsked: object | undefined; readonly removable: boolean },
  act: (link: FaultLink, tracker: ReturnType<typeof memoryTracker>) => Promise<void>,
): Promise<void> {
  const proxy = {
    name: 'mettle_cafe_db',
    listen: '127.0.0.1:1',
    upstream: '127.0.0.1:9',
    enabled: true,
    toxics: [],
  };
  const added = {
    name: 'mettle_a',
    type: 'latency',
    stream: 'downstream',
    toxicity: 1,
    attributes: { latency: 20, jitter: 0 },
  };
  let there = false;
  const server = createHttpServer((request, response) => {
    const { method, url } = request;
    const answer = (status: number, body?: object): void => {
      response.writeHead(status).end(body === undefined ? '' : JSON.stringify(body));
    };
    if (url === '/version') answer(200, { version: '2' });
    else if (method === 'POST' && url === '/proxies') answer(201, proxy);
    else if (method === 'POST') {
      there = true;
      answer(200, added);
    } else if (
      method === 'GET' &&
      url?.includes('/toxics/') === true &&
      there &&
      toxic.whenAsked !== undefined
    ) {
      answer(200, { ...added, ...toxic.whenAsked });
    } else if (method === 'DELETE' && toxic.removable) {
      there = false;
      answer(204);
    } else if (method === 'DELETE') answer(500, { error: 'not today', status: 500 });
    else if (url === '/proxies') answer(200, {});
    else answer(404, { error: 'not found', status: 404 });
  });
  const tracker = memoryTracker();
  const toxiproxyUrl = await urlOf(server);
  const backend = await openProxyBackend({ toxiproxyUrl, runToken: 'cafe', tracker, seed: 1 });
  await act(await backend.open('db', { host: '127.0.0.1', port: 9 }), tracker);
  server.closeAllConnections();
  server.close();
}

describe('a server that does not keep its word', () => {
  const request = { id: 'a', spec: latency, traffic: 'optional', forMicros: 1e6 } as const;

  it('is found out when the fault is not there after it was accepted', async () => {
    await withServer({ whenAsked: undefined, removable: true }, async (link, tracker) => {
      await expect(inject({ ...request, link, tracker })).rejects.toMatchObject({
        code: 'FAULT_NOT_IN_EFFECT',
        exitCode: 3,
      });
      expect(tracker.outstanding().map(({ kind }) => kind)).toEqual(['proxy']);
    });
  });

  it('is found out when it is not the fault that was asked for, which is taken away again', async () => {
    await withServer(
      { whenAsked: { attributes: { latency: 19, jitter: 0 } }, removable: true },
      async (link, tracker) => {
        await expect(inject({ ...request, link, tracker })).rejects.toMatchObject({
          code: 'FAULT_NOT_IN_EFFECT',
        });
        expect(tracker.outstanding().map(({ kind }) => kind)).toEqual(['proxy']);
      },
    );
  });

  it('is said, with the way to finish by hand, when the fault cannot be removed; the journal keeps it', async () => {
    await withServer({ whenAsked: {}, removable: false }, async (link, tracker) => {
      const injection = await inject({ ...request, link, tracker });
      const result = await injection.clear();
      expect(result).toMatchObject({ status: 'undo failed', clearedAtMicros: null });
      expect(result.note).toContain('not today');
      expect(result.note).toContain('curl -X DELETE');
      expect(tracker.outstanding().map(({ kind }) => kind)).toEqual(['proxy', 'toxic']);
    });
  });

  it('is an undo that failed, with exit code 4, when a fault can neither be read back nor removed', async () => {
    await withServer({ whenAsked: { toxicity: 0.5 }, removable: false }, async (link, tracker) => {
      await expect(inject({ ...request, link, tracker })).rejects.toMatchObject({
        code: 'UNDO_FAILED',
        exitCode: 4,
      });
      expect(tracker.outstanding().map(({ kind }) => kind)).toEqual(['proxy', 'toxic']);
    });
  });
});

const binary = findToxiproxy();
describe.skipIf(binary === undefined)('a real Toxiproxy that is shared', () => {
  it('has everything of others as it was, and nothing of ours, afterwards', async () => {
    const server = await startToxiproxy(binary ?? '');
    const echo = await startEcho();
    const api = apiAt(server.apiUrl);
    await api('POST', '/proxies', {
      name: 'theirs',
      listen: '127.0.0.1:0',
      upstream: '127.0.0.1:9',
      enabled: false,
    });
    await api('POST', '/proxies/theirs/toxics', { type: 'latency', attributes: { latency: 7 } });
    const before = (await api('GET', '/proxies')).json;
    const tracker = memoryTracker();
    const backend = await openProxyBackend({
      toxiproxyUrl: server.apiUrl,
      runToken: 'cafe',
      tracker,
      seed: 1,
    });
    expect(backend.kind).toBe('toxiproxy');
    const link = await backend.open('postgres', { host: '127.0.0.1', port: echo.port });
    expect(link.listen.host).toBe('127.0.0.1');
    const injection = await inject({
      id: 'a',
      spec: latency,
      link,
      tracker,
      traffic: 'required',
      forMicros: 5e5,
    });
    await exchange(link);
    expect((await injection.clear()).traffic.status).toBe('unknown');
    await backend.close();
    expect(tracker.log).toEqual([
      ...[
        'intent proxy',
        'applied proxy',
        'intent toxic',
        'applied toxic',
        'released toxic',
        'released proxy',
      ],
    ]);
    expect((await api('GET', '/proxies')).json).toEqual(before);
    await server.close();
    await echo.close();
  });
});
