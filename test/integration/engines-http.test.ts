// The HTTP engine against real servers on loopback: good answers, every way to fail, and what the clock covers.

import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { openUser, rawServer } from '../support/engine-users.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function serve(listener: RequestListener): Promise<{ base: string; server: Server }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(
    () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  return { base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

function userOf(http: string, clients: Record<string, string> = {}) {
  const user = openUser({ http, clients });
  cleanups.push(user.close);
  return user;
}

async function rawUser(...onData: Parameters<typeof rawServer>) {
  const server = await rawServer(...onData);
  cleanups.push(server.close);
  return { server, user: userOf(`http://127.0.0.1:${server.port}`) };
}

describe('a good answer', () => {
  it('is timed to the last byte of its body, with connecting and the first byte apart', async () => {
    const { base } = await serve((_, response) => {
      response.write('a'.repeat(100));
      setTimeout(() => response.end('b'.repeat(50)), 120);
    });
    const user = userOf(base);
    const sample = await user.send({ http: 'GET /slow' }, undefined, 5);
    expect(sample).toMatchObject({
      series: 'GET /slow',
      dueAtMicros: 5,
      error: null,
      answered: true,
      status: '200',
      bytes: 150,
    });
    const elapsed = sample.endedAtMicros - sample.startedAtMicros;
    expect(elapsed).toBeGreaterThanOrEqual(115_000);
    expect(sample.firstByteMicros).toBeLessThan(elapsed - 60_000);
    expect(sample.connectMicros).toBeGreaterThan(0);
    expect(sample.connectMicros).toBeLessThan(sample.firstByteMicros ?? 0);
    expect(sample.example).toBeUndefined();
  });

  it('reuses the connection, and then reports no connect time', async () => {
    const ports = new Set<number | undefined>();
    const { base } = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      response.end('ok');
    });
    const user = userOf(base);
    const first = await user.send({ http: 'GET /' });
    const second = await user.send({ http: 'GET /' });
    expect(first.connectMicros).toBeDefined();
    expect(second.connectMicros).toBeUndefined();
    expect(ports.size).toBe(1);
  });

  it('does not wait for slow answers to other requests: every request in flight has its own connection', async () => {
    let inFlight = 0;
    let most = 0;
    const { base } = await serve((_, response) => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      setTimeout(() => {
        inFlight -= 1;
        response.end();
      }, 300);
    });
    const user = userOf(base);
    await Promise.all(Array.from({ length: 60 }, () => user.send({ http: 'GET /' })));
    expect(most).toBe(60);
  });

  it('sends what the step says, templates filled in and captures kept for the next step', async () => {
    const seen: {
      method?: string | undefined;
      url?: string | undefined;
      headers: Record<string, unknown>;
      body: string;
    }[] = [];
    const { base } = await serve((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        seen.push({ method: request.method, url: request.url, headers: request.headers, body });
        response.setHeader('x-trace', 'abc');
        response.end(JSON.stringify({ id: 7, nested: { text: 'token=xyz;' } }));
      });
    });
    const user = userOf(base);
    user.scope.set('question', { text: 'wie geht’s?' });
    const asked = await user.send({
      http: 'POST /query/{{question.text}}',
      headers: { 'X-One': 'a{{question.text}}'.slice(0, 1) },
      query: { q: '{{question.text}}', page: 2 },
      json: { text: '{{question.text}}', n: 1 },
      expect: {
        status: 200,
        json: { '$.id': 7, '$.error': 'absent', '$.nested.text': 'present' },
        headers: { 'X-Trace': 'abc' },
        text: '"id"',
      },
      capture: { id: '$.id', trace: { header: 'X-Trace' }, token: { regex: 'token=(\\w+)' } },
    });
    expect(asked.error).toBeNull();
    expect(user.scope.values).toMatchObject({
      id: 7,
      trace: 'abc',
      token: 'xyz',
      sent: { text: 'wie geht’s?', n: 1 },
    });
    await user.send({ http: 'PUT /form', form: { a: '{{id}} &', b: 'x' } });
    await user.send({ http: 'DELETE /answers/{{id}}' });
    expect(seen[0]).toMatchObject({
      method: 'POST',
      url: `/query/wie%20geht%E2%80%99s?&q=wie+geht%E2%80%99s%3F&page=2`,
      headers: { 'content-type': 'application/json', 'x-one': 'a' },
      body: '{"text":"wie geht’s?","n":1}',
    });
    expect(seen[1]).toMatchObject({
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'a=7+%26&b=x',
    });
    expect(seen[2]).toMatchObject({ method: 'DELETE', url: '/answers/7' });
  });

  it('goes to a client process of the target with via, and to an absolute URL as written', async () => {
    const { base } = await serve((_, response) => response.end('target'));
    const { base: client } = await serve((_, response) => response.end('client'));
    const user = userOf(`${base}/api`, { extension: client });
    const text = (expected: string) => ({ expect: { text: expected } });
    expect((await user.send({ http: 'GET /', via: 'extension', ...text('client') })).error).toBeNull();
    expect((await user.send({ http: `GET ${client}/x`, ...text('client') })).error).toBeNull();
    expect((await user.send({ http: 'GET /', ...text('target') })).error).toBeNull();
    expect(() => user.prepare({ http: 'GET /', via: 'nobody' })).toThrow(/nobody/);
  });

  it('looks into compressed bodies', async () => {
    const { base } = await serve((_, response) => {
      response.setHeader('content-encoding', 'gzip');
      response.end(gzipSync('{"id":3}'));
    });
    const sample = await userOf(base).send({ http: 'GET /', expect: { json: { '$.id': 3 } } });
    expect(sample.error).toBeNull();
  });

  it('keeps the cookies of a user, and not those of another', async () => {
    const seen: (string | undefined)[] = [];
    const { base } = await serve((request, response) => {
      seen.push(request.headers.cookie);
      response.setHeader('set-cookie', ['sid=1; Path=/', 'deep=2; Path=/deep']);
      response.end();
    });
    const one = userOf(base);
    const other = userOf(base);
    for (const user of [one, one, other]) await user.send({ http: 'GET /' });
    await one.send({ http: 'GET /deep/x' });
    expect(seen).toEqual([undefined, 'sid=1', undefined, 'deep=2; sid=1']);
  });

  it('follows no redirect: 302 is the answer', async () => {
    let requests = 0;
    const { base } = await serve((_, response) => {
      requests += 1;
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    expect(await userOf(base).send({ http: 'GET /' })).toMatchObject({ error: null, status: '302' });
    expect(requests).toBe(1);
  });
});

describe('an answer that is not what was expected', () => {
  it('is a status failure, answered, with an example that shows the body without credentials', async () => {
    const { base } = await serve((_, response) =>
      response.writeHead(503).end('{"password":"hunter2","why":"s3cret-value full"}'),
    );
    const sample = await userOf(base).send({ http: 'GET /a?token=abcdef' });
    expect(sample).toMatchObject({ error: 'status', answered: true, status: '503' });
    expect(sample.example).toContain('GET /a?token=[redacted] → status 503');
    expect(sample.example).toContain('full');
    expect(sample.example).not.toMatch(/hunter2|s3cret-value|abcdef/);
  });

  it.each([
    ['a JSON value', { json: { '$.id': 8 } }, '$.id is 7, not 8'],
    ['an absent path', { json: { '$.name': 'present' } }, '$.name is absent'],
    ['a present path', { json: { '$.id': 'absent' } }, '$.id is present'],
    ['a text', { text: 'nowhere' }, 'does not contain "nowhere"'],
    ['a header', { headers: { 'x-a': 'b' } }, 'header x-a is absent, not b'],
  ])('fails the expectation of %s', async (_, written, reason) => {
    const { base } = await serve((_request, response) => response.end('{"id":7}'));
    const sample = await userOf(base).send({ http: 'GET /', expect: written });
    expect(sample).toMatchObject({ error: 'expectation', answered: true });
    expect(sample.example).toContain(reason);
  });

  it('fails when there is nothing to capture, and when the body is not JSON', async () => {
    const { base } = await serve((_, response) => response.end('<html>'));
    const user = userOf(base);
    expect((await user.send({ http: 'GET /', capture: { a: { regex: 'x+' } } })).example).toContain(
      'nothing to capture as a',
    );
    expect((await user.send({ http: 'GET /', capture: { b: '$.id' } })).example).toContain('not JSON');
    expect(user.scope.values).not.toHaveProperty('a');
  });

  it('keeps captured credentials out of its example, wherever they stand', async () => {
    const { base } = await serve((request, response) => {
      if (request.url === '/login') response.end('{"key":"k-42-x"}');
      else response.writeHead(404).end(`no ${String(request.url)}`);
    });
    const user = userOf(base);
    await user.send({ http: 'POST /login', capture: { accessToken: '$.key' } });
    const { example } = await user.send({ http: 'GET /of/{{accessToken}}/x' });
    expect(example).toBe('GET /of/[accessToken]/x → status 404: no /of/[accessToken]/x');
  });

  it('fails without sending when a value is missing, and names it', async () => {
    let requests = 0;
    const { base } = await serve((_, response) => {
      requests += 1;
      response.end();
    });
    const sample = await userOf(base).send({ http: 'GET /answers/{{answerId}}' });
    expect(sample).toMatchObject({ error: 'expectation', answered: false, bytes: 0 });
    expect(sample.example).toContain('{{answerId}} has no value');
    expect(requests).toBe(0);
  });
});

describe('a failure of the exchange', () => {
  it('refused: connect', async () => {
    const server = await rawServer(() => undefined);
    await server.close();
    const sample = await userOf(`http://127.0.0.1:${server.port}`).send({ http: 'GET /' });
    expect(sample).toMatchObject({ error: 'connect', code: 'ECONNREFUSED', answered: false });
    expect(sample.status).toBeUndefined();
    expect(sample.connectMicros).toBeUndefined();
  });

  it('a name that does not exist: dns', async () => {
    const sample = await userOf('http://no-such-host.invalid').send({ http: 'GET /', timeout: '20s' });
    expect(sample.error).toBe('dns');
  });

  it('plain text where TLS was expected: tls', async () => {
    const server = await rawServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    cleanups.push(server.close);
    const sample = await userOf(`https://127.0.0.1:${server.port}`).send({ http: 'GET /' });
    expect(sample).toMatchObject({ error: 'tls', answered: false });
  });

  const head = 'HTTP/1.1 200 OK\r\n';
  it.each([
    ['RST before the headers', (): string => '', true, 'reset'],
    ['FIN before the headers', (): string => '', false, 'reset'],
    ['RST in a body of known length', () => `${head}content-length: 50\r\n\r\nhalf`, true, 'reset'],
    [
      'FIN in a body of known length (a wrong content-length)',
      () => `${head}content-length: 50\r\n\r\nhalf`,
      false,
      'reset',
    ],
    [
      'FIN in a body of known length, not kept alive',
      () => `${head}connection: close\r\ncontent-length: 50\r\n\r\nhalf`,
      false,
      'reset',
    ],
    [
      'RST in a chunked body',
      () => `${head}connection: close\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n`,
      true,
      'reset',
    ],
    ['FIN in a chunked body', () => `${head}transfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n`, false, 'reset'],
    [
      'RST in a body that ends with the connection',
      () => `${head}connection: close\r\n\r\nhalf`,
      true,
      'reset',
    ],
    ['garbage', () => 'SSH-2.0-OpenSSH_9.2\r\n', false, 'protocol'],
    ['a broken chunk size', () => `${head}transfer-encoding: chunked\r\n\r\nzz\r\nhalf`, false, 'protocol'],
    ['two lengths', () => `${head}content-length: 4\r\ncontent-length: 5\r\n\r\nhalf`, false, 'protocol'],
  ])('%s', async (_, answer, reset, expected) => {
    const { user } = await rawUser((socket) => {
      const end = (): unknown => (reset ? socket.resetAndDestroy() : socket.end());
      const text = answer();
      if (text === '') end();
      else socket.write(text, () => setTimeout(end, 30));
    });
    expect(await user.send({ http: 'GET /' })).toMatchObject({ error: expected, answered: false });
  });

  it('headers that do not come in time: timeout, and the connection is given up', async () => {
    const { user, server } = await rawUser(() => undefined);
    const sample = await user.send({ http: 'GET /', timeout: '150ms' });
    expect(sample).toMatchObject({ error: 'timeout', answered: false });
    expect(sample.censored).toBeUndefined();
    const elapsed = sample.endedAtMicros - sample.startedAtMicros;
    expect(elapsed).toBeGreaterThan(140_000);
    expect(elapsed).toBeLessThan(5_000_000);
    await expect
      .poll(() => server.sockets.every((socket) => socket.destroyed || socket.readyState !== 'open'))
      .toBe(true);
  });

  it('a body that drips past the timeout: timeout, however steadily it drips', async () => {
    const timers: NodeJS.Timeout[] = [];
    const { user } = await rawUser((socket) => {
      socket.write(`${head}content-length: 5000\r\n\r\n`);
      timers.push(setInterval(() => socket.write('x'), 20));
    });
    const sample = await user.send({ http: 'GET /', timeout: '200ms' });
    for (const timer of timers) clearInterval(timer);
    expect(sample).toMatchObject({ error: 'timeout', answered: false, status: '200' });
    expect(sample.bytes).toBeGreaterThan(0);
  });

  it('is censored when the run ends while it is in flight', async () => {
    const { user } = await rawUser(() => undefined);
    const end = new AbortController();
    setTimeout(() => end.abort(), 60);
    expect(await user.send({ http: 'GET /' }, end.signal)).toMatchObject({
      error: 'timeout',
      censored: true,
      answered: false,
    });
  });

  it('an idle connection closed by the server costs nothing: the next request opens another', async () => {
    let requests = 0;
    const { user, server } = await rawUser((socket) => {
      requests += 1;
      socket.write(`${head}content-length: 2\r\n\r\nok`);
    });
    expect((await user.send({ http: 'POST /', text: 'a' })).error).toBeNull();
    server.sockets[0]?.end();
    await expect.poll(() => server.sockets[0]?.destroyed).toBe(true);
    expect(await user.send({ http: 'POST /', text: 'b' })).toMatchObject({ error: null });
    expect(requests).toBe(2);
  });

  it('a kept-alive connection closed after the request was sent is a reset, not a second request', async () => {
    let requests = 0;
    const { user } = await rawUser((socket, _text, nth) => {
      requests += 1;
      if (requests === 1) socket.write(`${head}content-length: 2\r\n\r\nok`);
      else if (nth === 1) socket.resetAndDestroy();
    });
    expect((await user.send({ http: 'GET /' })).error).toBeNull();
    const sample = await user.send({ http: 'GET /' });
    expect(sample).toMatchObject({ error: 'reset' });
    expect(sample.example).toContain('kept-alive');
    expect(requests).toBe(2);
  });
});

/** A key and a certificate that nobody vouches for; null where openssl is missing. */
async function selfSigned(): Promise<{ key: Buffer; cert: Buffer } | null> {
  const folder = await mkdtemp(join(tmpdir(), 'mettle-tls-'));
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const made = spawnSync('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1'],
    ...['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert],
  ]);
  if (made.status === 0) return { key: await readFile(key), cert: await readFile(cert) };
  if (process.env['METTLE_REQUIRE_ALL'] === '1') throw new Error('openssl is needed for the TLS test');
  console.warn('skipped: certificates are verified (openssl is missing)');
  return null;
}

describe('TLS', () => {
  it('is verified: a certificate that nobody vouches for is a tls failure, and nothing is sent', async (context) => {
    const identity = await selfSigned();
    if (identity === null) {
      context.skip();
      return;
    }
    let requests = 0;
    const server = createSecureServer(identity, (_, response) => {
      requests += 1;
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => new Promise((resolve) => server.close(() => resolve())));
    const { port } = server.address() as AddressInfo;
    const user = userOf(`https://127.0.0.1:${port}`);
    expect(await user.send({ http: 'GET /' })).toMatchObject({
      error: 'tls',
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
      answered: false,
    });
    expect(requests).toBe(0);
  });
});
