// Requests through an HTTP proxy: passed on, or tunnelled, or refused.

import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { makeCertificates } from '../support/certificates.ts';
import { bodyOf } from '../support/wire-client.ts';
import { clientOf, kept, named, whenOver } from '../support/wire-scope.ts';
import { http2Server, httpServer, proxyServer, tcpServer } from '../support/wire-servers.ts';

describe('a proxy', () => {
  it('is sent plain requests with the whole address, over connections that are kept', async () => {
    const hosts: (string | undefined)[] = [];
    const server = kept(
      await httpServer((request, response) => {
        hosts.push(request.headers.host);
        response.end(request.url);
      }),
    );
    const proxy = kept(await proxyServer());
    const client = clientOf(server.origin, { http: { proxy: proxy.origin } });
    const first = await client.send({ path: '/a?b=1' });
    expect(bodyOf(first)).toBe('/a?b=1');
    expect((await client.send({ path: '/c' })).connectMicros).toBeUndefined();
    expect(proxy.passed).toEqual([`${server.origin}/a?b=1`, `${server.origin}/c`]);
    expect(hosts).toEqual([`127.0.0.1:${server.port}`, `127.0.0.1:${server.port}`]);
    expect(proxy.sockets).toHaveLength(1);
  });

  it('tunnels what is encrypted, and TLS is verified as ever', async (context) => {
    const made = makeCertificates();
    if (made === null) {
      context.skip();
      return;
    }
    whenOver(made.remove);
    const options = (): TlsOptions => ({ cert: made.server.cert, key: made.server.key });
    const server = kept(await httpServer((_, response) => response.end('deep'), options()));
    const h2 = kept(
      await http2Server((stream) => stream.respond({ ':status': 204 }, { endStream: true }), {
        tls: options(),
      }),
    );
    const proxy = kept(await proxyServer());
    const tls = { ca: made.caFile };
    const client = clientOf(named(server.origin), { http: { proxy: proxy.origin }, tls });
    const answer = await client.send();
    expect(answer).toMatchObject({ failure: null, dnsMicros: undefined });
    expect(bodyOf(answer)).toBe('deep');
    expect(answer.tlsMicros).toBeLessThan(answer.connectMicros ?? 0);
    const second = clientOf(h2.origin, { http: { proxy: proxy.origin, version: '2' }, tls });
    expect(await second.send()).toMatchObject({ failure: null, status: 204 });
    const untrusting = clientOf(server.origin, { http: { proxy: proxy.origin } });
    expect((await untrusting.send()).failure).toMatchObject({ error: 'tls' });
    expect(proxy.tunnels).toEqual([
      `localhost:${server.port}`,
      `127.0.0.1:${h2.port}`,
      `127.0.0.1:${server.port}`,
    ]);
    expect(proxy.passed).toEqual([]);
  });

  it('tunnels HTTP/2 that is not encrypted', async () => {
    const server = kept(
      await http2Server((stream) => stream.respond({ ':status': 200 }, { endStream: true })),
    );
    const proxy = kept(await proxyServer());
    const client = clientOf(server.origin, { http: { proxy: proxy.origin, version: '2' } });
    expect((await client.send()).failure).toBeNull();
    expect(proxy.tunnels).toEqual([`127.0.0.1:${server.port}`]);
  });

  it('that refuses a tunnel: connect, with its status', async () => {
    const proxy = kept(await proxyServer(403));
    const client = clientOf('https://127.0.0.1:1', { http: { proxy: proxy.origin } });
    const { failure, status, connectMicros } = await client.send();
    expect(failure).toEqual({
      error: 'connect',
      code: 'PROXY_403',
      detail: 'the proxy refused the tunnel: 403 Not Today',
    });
    expect([status, connectMicros]).toEqual([0, undefined]);
  });

  it.each([
    ['is not there', null, 'ECONNREFUSED'],
    ['hangs up', (socket: Socket) => socket.end(), 'ECONNRESET'],
    ['is no proxy', (socket: Socket) => socket.end('SSH-2.0-Open\r\n'), 'HPE_INVALID_CONSTANT'],
  ] as const)('that %s: connect', async (_, answer, code) => {
    const proxy = await tcpServer((socket) => answer?.(socket));
    if (answer === null) await proxy.close();
    else kept(proxy);
    const client = clientOf('https://127.0.0.1:1', { http: { proxy: proxy.origin } });
    expect((await client.send()).failure).toMatchObject({ error: 'connect', code });
  });

  it('that does not answer: a timeout that says so', async () => {
    const proxy = kept(await tcpServer(() => undefined));
    const client = clientOf('https://127.0.0.1:1', {
      http: { proxy: proxy.origin, connectTimeoutMicros: 120_000 },
    });
    expect((await client.send()).failure).toMatchObject({
      error: 'timeout',
      detail: 'no connection within 120ms (still connecting through the proxy)',
    });
    const [socket] = proxy.sockets;
    if (socket !== undefined && !socket.destroyed) await once(socket, 'close');
  });
});
