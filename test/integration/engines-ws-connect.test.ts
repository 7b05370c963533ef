// Opening WebSockets: what the handshake carries, what is timed, and how each way of failing is called.

import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { defaultHttpSettings, defaultTlsSettings } from '../../src/engines/settings.ts';
import type { EngineEnvironment } from '../../src/engines/engine.ts';
import type { Certificates } from '../support/certificates.ts';
import { makeCertificates } from '../support/certificates.ts';
import { openUser } from '../support/engine-users.ts';
import type { KnownWsOptions } from '../support/ws-servers.ts';
import { proxyServer } from '../support/wire-servers.ts';
import { observations, say, startRawWsServer, startWsServer, upgradeAnswer } from '../support/ws-servers.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const certificates = makeCertificates();
afterAll(() => certificates?.remove());

function userOf(ws: string, changes: Partial<EngineEnvironment> = {}) {
  const seen = observations();
  const user = openUser({ ws, http: ws.replace('ws', 'http') }, { observer: seen.observer, ...changes });
  cleanups.push(user.close);
  return { user, seen };
}

async function serve(init: KnownWsOptions, changes: Partial<EngineEnvironment> = {}) {
  const server = await startWsServer(init);
  cleanups.push(server.close);
  return { server, ...userOf(server.url, changes) };
}

const connect = { ws: 'connect /stream', as: 'feed', name: 'connect', timeout: '20s' };

describe('the handshake', () => {
  it('carries query, headers, authentication and subprotocols; templates are filled in', async () => {
    const { server, user } = await serve(
      { options: { handleProtocols: (offered) => [...offered][1] ?? false }, headers: ['x-room: blue'] },
      {
        http: {
          ...defaultHttpSettings,
          headers: { 'x-tenant': 'a', 'X-Over': 'settings' },
          auth: { kind: 'basic', user: '{{name}}', password: 'p:w' },
        },
      },
    );
    Object.assign(user.scope.values, { name: 'ann', room: 'a b' });
    const sample = await user.send({
      ...connect,
      ws: 'connect /stream?v=1',
      query: { room: '{{room}}' },
      headers: { 'x-over': 'step' },
      protocols: ['v1.chat', 'v2.chat'],
      expect: { protocol: 'v2.chat', headers: { 'X-Room': 'blue', 'sec-websocket-protocol': 'present' } },
    });
    expect(sample).toMatchObject({ error: null, answered: true });
    const { url, headers } = server.handshakes[0] ?? {};
    expect(url).toBe('/stream?v=1&room=a+b');
    expect(headers).toMatchObject({
      'x-tenant': 'a',
      'x-over': 'step',
      'user-agent': 'mettle',
      authorization: `Basic ${Buffer.from('ann:p:w').toString('base64')}`,
      'sec-websocket-protocol': 'v1.chat,v2.chat',
    });
    expect(headers?.['sec-websocket-extensions']).toBeUndefined();
  });

  it.each([
    [
      'another subprotocol',
      { protocols: ['b', 'a'], expect: { protocol: 'b' } },
      'chose the subprotocol "a", not "b"',
    ],
    ['a missing header', { expect: { headers: { 'x-room': 'blue' } } }, 'header x-room is absent, not blue'],
  ])('%s is not what was expected, and leaves no open socket', async (_, changes, example) => {
    const { server, user } = await serve({
      options: { handleProtocols: (offered) => (offered.has('a') ? 'a' : false) },
    });
    const sample = await user.send({ ...connect, ...changes });
    expect(sample).toMatchObject({ error: 'expectation', answered: true });
    expect(sample.example).toContain(example);
    await expect.poll(() => server.clients.size).toBe(0);
    expect(await user.send({ ws: 'send feed', text: 'x' })).toMatchObject({ error: 'expectation' });
  });

  it('sends the cookies of the user and takes those of the answer, refused or not', async () => {
    const { server, user } = await serve({
      headers: ['set-cookie: room=blue'],
      refuse: (_, nth) => (nth === 1 ? 403 : null),
    });
    expect(await user.send(connect)).toMatchObject({ error: 'status', status: '403' });
    expect((await user.send(connect)).error).toBeNull();
    expect((await user.send(connect)).error).toBeNull();
    expect(server.handshakes.map(({ headers }) => headers.cookie)).toEqual([
      'refused=403',
      'refused=403; room=blue',
    ]);
  });

  it('compresses when it is asked to and the server agrees; what is counted is what was said', async () => {
    const { server, user } = await serve({
      options: { perMessageDeflate: { threshold: 0 } },
      onMessage: (socket, { id }) => say(socket, { id, pad: 'x'.repeat(10_000) }),
    });
    expect((await user.send({ ...connect, compression: true })).error).toBeNull();
    const sample = await user.send({ ws: 'send feed', json: { id: 1 }, reply: { match: { '$.id': 1 } } });
    expect(sample.bytes).toBe(JSON.stringify({ id: 1, pad: 'x'.repeat(10_000) }).length);
    expect(server.handshakes[0]?.headers['sec-websocket-extensions']).toContain('permessage-deflate');
    const [client] = server.clients;
    expect(client?.extensions).toBe('permessage-deflate');
  });

  it('fails without a connection when a header or a value is not one', async () => {
    const { server, user } = await serve({});
    user.scope.set('name', 'a\nb');
    expect(await user.send({ ...connect, headers: { 'x-a': '{{name}}' } })).toMatchObject({
      error: 'expectation',
      answered: false,
    });
    expect(await user.send({ ...connect, headers: { 'x-a': '{{nobody}}' } })).toMatchObject({
      error: 'expectation',
    });
    expect(await user.send({ ...connect, protocols: ['{{name}}'] })).toMatchObject({ error: 'expectation' });
    expect(server.handshakes).toEqual([]);
  });
});

describe.skipIf(certificates === null)('TLS', () => {
  const { server: own, stranger, client, ca, caFile } = certificates ?? ({} as Certificates);
  const secure = (tls: Partial<typeof defaultTlsSettings>) => ({ tls: { ...defaultTlsSettings, ...tls } });

  it('is timed apart from the rest, and verified', async () => {
    const { user } = await serve({ tls: own }, secure({ ca: caFile }));
    const sample = await user.send(connect);
    expect(sample.error).toBeNull();
    expect(sample.tlsMicros).toBeGreaterThan(0);
    expect(sample.connectMicros).toBeGreaterThan(sample.tlsMicros ?? Infinity);
    expect(sample.endedAtMicros - sample.startedAtMicros).toBeGreaterThan(sample.connectMicros ?? Infinity);
  });

  it('of a stranger is a tls failure, unless nothing is verified', async () => {
    const { server, user } = await serve({ tls: stranger }, secure({ ca: caFile }));
    expect(await user.send(connect)).toMatchObject({ error: 'tls', answered: false });
    const { user: trusting } = userOf(server.url, secure({ verify: false }));
    expect((await trusting.send(connect)).error).toBeNull();
  });

  it('shows the client certificate', async () => {
    const { server, user } = await serve(
      { tls: { ...own, ca, requestCert: true } },
      secure({ ca: caFile, cert: client.certFile, key: client.keyFile }),
    );
    expect((await user.send(connect)).error).toBeNull();
    expect(Reflect.get(server.handshakes[0]?.socket ?? {}, 'authorized')).toBe(true);
  });
});

describe('through a proxy', () => {
  const through = (proxy: string) => ({ http: { ...defaultHttpSettings, proxy } });

  it('goes by a tunnel, though nothing is encrypted', async () => {
    const proxy = await proxyServer();
    cleanups.push(proxy.close);
    const { server, user } = await serve(
      { onMessage: (socket, { id }) => say(socket, { id }) },
      through(proxy.origin),
    );
    expect((await user.send(connect)).error).toBeNull();
    const sample = await user.send({ ws: 'send feed', json: { id: 1 }, reply: { match: { '$.id': 1 } } });
    expect(sample.error).toBeNull();
    expect(proxy.tunnels).toEqual([server.url.replace('ws://', '')]);
    expect(proxy.passed).toEqual([]);
  });

  it('that refuses is a failure to connect', async () => {
    const proxy = await proxyServer(403);
    cleanups.push(proxy.close);
    const { user } = await serve({}, through(proxy.origin));
    const sample = await user.send(connect);
    expect(sample).toMatchObject({ error: 'connect', answered: false });
    expect(sample.example).toContain('the proxy refused the tunnel: 403');
  });
});

describe('failing', () => {
  it.each([401, 429, 503])(
    'with HTTP status %i is of class status and counts as answered',
    async (status) => {
      const { user } = await serve({ refuse: () => status });
      const sample = await user.send(connect);
      expect(sample).toMatchObject({ error: 'status', status: String(status), answered: true });
      expect(sample.example).toContain(`answered with ${status} Refused`);
      expect(sample.connectMicros).toBeGreaterThan(0);
    },
  );

  it.each([
    ['a name that does not exist', 'ws://nowhere.invalid', 'dns'],
    ['a wrong accept key', (request: string) => upgradeAnswer(request, 'bm8='), 'protocol'],
    ['no upgrade', () => 'HTTP/1.1 101 Switching\r\n\r\n', 'protocol'],
    ['bytes that are no HTTP', () => 'SSH-2.0-OpenSSH_9.9\r\n', 'protocol'],
    [
      'a subprotocol that nobody asked for',
      (request: string) =>
        upgradeAnswer(request).replace('\r\n\r\n', '\r\nsec-websocket-protocol: x\r\n\r\n'),
      'protocol',
    ],
  ])('%s', async (_, answer, error) => {
    let url = String(answer);
    if (typeof answer === 'function') {
      const server = await startRawWsServer((socket, request) => void socket.write(answer(request)));
      cleanups.push(server.close);
      url = server.url;
    }
    const { user } = userOf(url);
    const sample = await user.send({ ...connect, timeout: '60s' });
    expect(sample).toMatchObject({ error, answered: false });
    if (error === 'dns') expect(sample.connectMicros).toBeUndefined();
  });

  it('a connection that is closed before the answer is a reset', async () => {
    const server = await startRawWsServer((socket) => void socket.end());
    cleanups.push(server.close);
    expect(await userOf(server.url).user.send(connect)).toMatchObject({ error: 'reset', answered: false });
  });

  it('a handshake that is slower than the timeout is a timeout of that length, and is given up', async () => {
    const server = await startRawWsServer((socket, request) => {
      setTimeout(() => socket.write(upgradeAnswer(request)), 600);
    });
    cleanups.push(server.close);
    const { user } = userOf(server.url);
    const sample = await user.send({ ...connect, timeout: '200ms' });
    expect(sample).toMatchObject({ error: 'timeout', answered: false });
    expect(sample.endedAtMicros - sample.startedAtMicros).toBeGreaterThanOrEqual(199_000);
    await expect.poll(() => server.sockets.every(({ destroyed }) => destroyed)).toBe(true);
    expect(await user.send({ ws: 'close feed' })).toMatchObject({ error: 'timeout' });
  });

  it('a slow handshake within the timeout is good, and its wait is not the connection’s', async () => {
    const server = await startRawWsServer((socket, request) => {
      setTimeout(() => socket.write(upgradeAnswer(request)), 300);
    });
    cleanups.push(server.close);
    const sample = await userOf(server.url).user.send(connect);
    expect(sample.error).toBeNull();
    expect(sample.endedAtMicros - sample.startedAtMicros).toBeGreaterThan(290_000);
    expect(sample.connectMicros).toBeLessThan(290_000);
  });

  it('a TLS server that never shakes hands runs into the limit of connecting', async () => {
    const silent = createServer((socket) => socket.on('error', () => socket.destroy()));
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    cleanups.push(() => Promise.resolve(void silent.close()));
    const { user } = userOf(`wss://127.0.0.1:${(silent.address() as AddressInfo).port}`);
    const sample = await user.send({ ...connect, connectTimeout: '150ms' });
    expect(sample).toMatchObject({ error: 'connect', answered: false });
    expect(sample.example).toContain('not connected within 150ms');
    expect(sample.endedAtMicros - sample.startedAtMicros).toBeGreaterThanOrEqual(149_000);
  });

  it('the end of the run censors it', async () => {
    const server = await startRawWsServer(() => undefined);
    cleanups.push(server.close);
    const end = new AbortController();
    setTimeout(() => end.abort(), 60);
    const sample = await userOf(server.url).user.send(connect, end.signal);
    expect(sample).toMatchObject({ error: 'timeout', censored: true });
    await expect.poll(() => server.sockets.every(({ destroyed }) => destroyed)).toBe(true);
  });

  it('is no loss of a connection: nothing is counted as closed, and nothing is in trouble', async () => {
    const { user, seen } = await serve({ refuse: () => 503 });
    await user.send(connect);
    expect(user.trouble()).toBeNull();
    await user.leave();
    expect(seen.tally('connect', 'closed')).toBe(0);
  });
});
