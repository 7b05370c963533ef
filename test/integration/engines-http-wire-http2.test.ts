// HTTP/2 on the wire: streams that share connections and never wait for one another, and every way in which they end.

import { constants } from 'node:http2';
import type { HttpAnswer } from '../../src/engines/exchange-contract.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { bodyOf, tookMicros, wireClient } from '../support/wire-client.ts';
import { rawHttp2Server, streamOf } from '../support/raw-http2.ts';
import { fullServer, http2Server, httpServer, tcpServer } from '../support/wire-servers.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function clientOf(origin: string, http: NonNullable<Parameters<typeof wireClient>[1]>['http'] = {}) {
  const client = wireClient(origin, { http: { version: '2', ...http } });
  cleanups.push(client.close);
  return client;
}

async function served(...of: Parameters<typeof http2Server>) {
  const server = await http2Server(...of);
  cleanups.push(server.close);
  return { server, client: clientOf(server.origin) };
}

async function rawServed(...of: Parameters<typeof rawHttp2Server>) {
  const server = await rawHttp2Server(...of);
  cleanups.push(server.close);
  return { server, client: clientOf(server.origin) };
}

const times = <Value>(count: number, make: (index: number) => Value): Value[] =>
  Array.from({ length: count }, (_, index) => make(index));

describe('a good answer over HTTP/2', () => {
  it('carries status, headers and body, counted to the byte, and says what opening took once', async () => {
    const { client, server } = await served((stream) => {
      stream.respond({ ':status': 201, 'x-trace': 'abc', 'set-cookie': ['a=1', 'b=2'] });
      stream.write('x'.repeat(70_000));
      setTimeout(() => stream.end('y'.repeat(30_000)), 80);
    });
    const first = await client.send();
    expect(first).toMatchObject({ failure: null, status: 201, bytes: 100_000, censored: false });
    expect(first.headers).toMatchObject({ 'x-trace': 'abc', 'set-cookie': ['a=1', 'b=2'] });
    expect(bodyOf(first)).toBe('x'.repeat(70_000) + 'y'.repeat(30_000));
    expect(first.connectMicros).toBeGreaterThan(0);
    expect(first.dnsMicros).toBeUndefined();
    expect(first.tlsMicros).toBeUndefined();
    expect(first.firstByteMicros).toBeLessThan(tookMicros(first) - 50_000);
    const second = await client.send();
    expect(second).toMatchObject({ failure: null, connectMicros: undefined });
    expect(server.sessions).toHaveLength(1);
  });

  it('sends methods, paths, headers and bodies as written, without what belongs to a connection', async () => {
    const seen: { headers: Record<string, unknown>; body: string }[] = [];
    const { client, server } = await served((stream, _, headers) => {
      let body = '';
      stream.on('data', (chunk: Buffer) => (body += chunk.toString()));
      stream.on('end', () => {
        seen.push({ headers, body });
        stream.respond({ ':status': 200 });
        stream.end();
      });
    });
    const written = ['X-One', '1', 'x-one', '2', 'Connection', 'keep-alive', 'Host', 'named.example'];
    await client.send({ method: 'POST', path: '/a?b=c', headers: written, body: 'hällo' });
    await client.send({ method: 'PUT', body: Buffer.from('bytes') });
    async function* pieces() {
      yield Buffer.from('strea');
      await Promise.resolve();
      yield Buffer.from('med');
    }
    await client.send({ method: 'POST', headers: ['content-length', '8'], body: pieces });
    await client.send({ method: 'DELETE' });
    expect(seen.map(({ body }) => body)).toEqual(['hällo', 'bytes', 'streamed', '']);
    expect(seen[0]?.headers).toMatchObject({
      ':method': 'POST',
      ':path': '/a?b=c',
      ':authority': 'named.example',
      'x-one': '1, 2',
      'content-length': '6',
    });
    expect(seen[0]?.headers).not.toHaveProperty('connection');
    expect(seen[1]?.headers[':authority']).toBe(server.origin.slice('http://'.length));
    expect(server.ends).toEqual([0, 0, 0, 0]);
  });

  it('tells every piece of the body when it comes, and keeps no more of it than asked', async () => {
    const { client } = await served((stream) => {
      stream.respond({ ':status': 200 });
      stream.write('one');
      setTimeout(() => stream.end('two'), 60);
    });
    const pieces: string[] = [];
    const answer = await client.send(
      {},
      { keepBytes: () => 4, onData: (chunk) => pieces.push(chunk.toString()) },
    );
    expect(pieces).toEqual(['one', 'two']);
    expect(bodyOf(answer)).toBe('onet');
    expect(answer).toMatchObject({ bytes: 6, bodyCut: true, failure: null });
  });

  it('has no body after HEAD, 204 and 304, whatever length they announce', async () => {
    const { client } = await served((stream, nth) => {
      stream.respond(
        { ':status': [200, 204, 304][nth - 1] ?? 500, ...(nth !== 2 && { 'content-length': 7 }) },
        { endStream: true },
      );
    });
    const answers = [await client.send({ method: 'HEAD' }), await client.send(), await client.send()];
    expect(answers.map(({ failure, status }) => [failure, status])).toEqual([
      [null, 200],
      [null, 204],
      [null, 304],
    ]);
  });
});

describe('streams share connections', () => {
  const slowly =
    (delayMs: number): Parameters<typeof http2Server>[0] =>
    (stream) => {
      setTimeout(() => {
        if (!stream.destroyed) stream.respond({ ':status': 200 }, { endStream: true });
      }, delayMs);
    };

  it.each([
    [1, 12, 12],
    [3, 12, 4],
    [100, 12, 1],
  ])(
    'at most %i on one, so %i at once need %i connections',
    async (maxConcurrentStreams, count, expected) => {
      const { client, server } = await served(slowly(400), { settings: { maxConcurrentStreams } });
      const answers = await Promise.all(times(count, () => client.send()));
      expect(answers.every(({ failure }) => failure === null)).toBe(true);
      expect(server.peakPerSession).toBeLessThanOrEqual(maxConcurrentStreams);
      expect(server.sessions).toHaveLength(expected);
      expect(answers.filter(({ connectMicros }) => connectMicros !== undefined)).toHaveLength(expected);
      // One after the other on one connection they would take `count` times the delay.
      expect(Math.max(...answers.map(tookMicros))).toBeLessThan(4 * 400_000);
    },
  );

  it('a slow stream holds up no other one on the same connection', async () => {
    const { client, server } = await served((stream, nth) => {
      setTimeout(() => stream.respond({ ':status': 200 }, { endStream: true }), nth === 2 ? 1_500 : 0);
    });
    await client.send();
    const slow = client.send();
    const fast = await Promise.all(times(20, () => client.send()));
    expect(Math.max(...fast.map(tookMicros))).toBeLessThan(1_000_000);
    expect(tookMicros(await slow)).toBeGreaterThan(1_400_000);
    expect(server.sessions).toHaveLength(1);
  });

  it('a connection of its own per request, closed after it, when it is not kept alive', async () => {
    const { client, server } = await served(slowly(0));
    for (let n = 0; n < 3; n += 1) {
      expect((await client.send({}, { keepAlive: false })).connectMicros).toBeDefined();
    }
    expect(server.sessions).toHaveLength(3);
    await expect.poll(() => server.sessions.every(({ destroyed }) => destroyed)).toBe(true);
    expect(client.connections.http2.size).toBe(0);
  });
});

describe('a failure over HTTP/2', () => {
  it.each([
    ['NO_ERROR', constants.NGHTTP2_NO_ERROR, 'reset', 'HTTP2_NO_ERROR'],
    ['INTERNAL_ERROR', constants.NGHTTP2_INTERNAL_ERROR, 'reset', 'HTTP2_INTERNAL_ERROR'],
    ['CANCEL', constants.NGHTTP2_CANCEL, 'reset', 'HTTP2_CANCEL'],
    ['REFUSED_STREAM', constants.NGHTTP2_REFUSED_STREAM, 'reset', 'HTTP2_REFUSED_STREAM'],
    ['PROTOCOL_ERROR', constants.NGHTTP2_PROTOCOL_ERROR, 'protocol', 'HTTP2_PROTOCOL_ERROR'],
  ])('RST_STREAM %s before and in the answer; the connection goes on', async (_, rst, error, code) => {
    const { client, server } = await rawServed((stream, nth) => {
      if (nth === 2) stream.rst(rst);
      else if (nth === 3) {
        stream.head();
        stream.data('half');
        setTimeout(() => stream.rst(rst), 30);
      } else stream.head(true);
    });
    const answers = [await client.send(), await client.send(), await client.send(), await client.send()];
    expect(answers.map(({ failure }) => failure && [failure.error, failure.code])).toEqual([
      null,
      [error, code],
      [error, code],
      null,
    ]);
    expect(answers.map(({ bytes }) => bytes)).toEqual([0, 0, 4, 0]);
    expect(server).toMatchObject({ requests: 4, sockets: { length: 1 } });
  });

  it('a body that ends before its announced length is no good answer', async () => {
    const { client } = await served((stream) => {
      stream.respond({ ':status': 200, 'content-length': 10 });
      stream.end('four');
    });
    expect((await client.send()).failure).toMatchObject({ error: 'protocol' });
  });

  it.each([
    ['FIN', false],
    ['RST', true],
  ])('%s of the connection fails all of its streams, and only those', async (_, reset) => {
    const { client, server } = await rawServed((stream, nth) => {
      if (nth > 5) {
        stream.head(true);
        return;
      }
      stream.head();
      stream.data('half');
      if (nth === 5) setTimeout(() => (reset ? stream.socket.resetAndDestroy() : stream.socket.end()), 150);
    });
    const answers = await Promise.all(times(5, () => client.send()));
    expect(answers.map(({ failure }) => failure?.error)).toEqual(times(5, () => 'reset'));
    expect(answers.every(({ status, bytes }) => status === 200 && bytes === 4)).toBe(true);
    expect((await client.send()).failure).toBeNull();
    expect(server).toMatchObject({ requests: 6, sockets: { length: 2 } });
  });

  it('after GOAWAY what it had taken is answered, and the next request opens another connection', async () => {
    const { client, server } = await rawServed((stream, nth) => {
      if (nth > 1) {
        stream.head(true);
        return;
      }
      stream.goaway(stream.id, constants.NGHTTP2_NO_ERROR);
      stream.head();
      stream.data('first');
      setTimeout(() => stream.data('last', true), 300);
    });
    const later = new Promise<HttpAnswer>((resolve) => {
      const onData = (): void => resolve(client.send());
      void client.send({}, { onData }).then((early) => {
        expect(early).toMatchObject({ failure: null, bytes: 9 });
      });
    });
    expect(await later).toMatchObject({ failure: null, connectMicros: expect.any(Number) as number });
    expect(server).toMatchObject({ requests: 2, sockets: { length: 2 } });
    await expect.poll(() => client.connections.http2.size).toBe(1);
  });

  it('what the server had not taken when it said GOAWAY is a reset, and is not sent again', async () => {
    const { client, server } = await rawServed((stream, nth) => {
      if (nth === 1) stream.head(true);
      if (nth !== 3) return;
      // Streams are numbered 1, 3, 5: the second is taken, the third is not.
      stream.goaway(3, constants.NGHTTP2_NO_ERROR);
      setTimeout(() => streamOf(stream.socket, 3).head(true), 50);
    });
    await client.send();
    const [taken, refused] = await Promise.all([client.send(), client.send()]);
    expect(taken.failure).toBeNull();
    expect(refused.failure).toMatchObject({ error: 'reset', code: 'HTTP2_REFUSED_STREAM' });
    expect(server.requests).toBe(3);
  });

  it('GOAWAY with an error fails what is in flight, once', async () => {
    const { client, server } = await served((stream, nth) => {
      if (nth === 1) setTimeout(() => stream.session?.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM), 30);
      else stream.respond({ ':status': 200 }, { endStream: true });
    });
    expect((await client.send()).failure).toMatchObject({
      error: 'reset',
      code: 'HTTP2_ENHANCE_YOUR_CALM',
    });
    expect((await client.send()).failure).toBeNull();
    expect(server.streams).toBe(2);
  });

  it('a stream that times out is cancelled and leaves the others alone', async () => {
    const { client, server } = await served((stream, nth) => {
      if (nth === 2) return;
      setTimeout(() => stream.respond({ ':status': 200 }, { endStream: true }), nth === 3 ? 600 : 0);
    });
    await client.send();
    const hung = client.send({}, { timeoutMicros: 200_000 });
    const slow = client.send();
    const answer = await hung;
    expect(answer.failure).toMatchObject({ error: 'timeout', detail: 'no complete answer within 200ms' });
    expect(tookMicros(answer)).toBeGreaterThanOrEqual(195_000);
    expect((await slow).failure).toBeNull();
    await expect.poll(() => server.ends).toContain(constants.NGHTTP2_CANCEL);
    expect(server.streams).toBe(3);
  });

  it('a connection without a sign of life during a whole timeout is not used again', async () => {
    const { client, server } = await served((stream, nth) => {
      if (nth !== 2) stream.respond({ ':status': 200 }, { endStream: true });
    });
    await client.send();
    expect((await client.send({}, { timeoutMicros: 150_000 })).failure?.error).toBe('timeout');
    expect(await client.send()).toMatchObject({ failure: null, connectMicros: expect.any(Number) as number });
    expect(server.sessions).toHaveLength(2);
  });

  it('is censored when the run ends while it is in flight', async () => {
    const { client } = await served((stream) => stream.respond({ ':status': 200 }));
    const end = new AbortController();
    setTimeout(() => end.abort(), 80);
    const answers = await Promise.all(times(10, () => client.send({}, { signal: end.signal })));
    expect(answers.every(({ censored, failure }) => censored && failure?.error === 'timeout')).toBe(true);
  });

  it('a server that knows only HTTP/1.1 is a protocol failure for all who waited', async () => {
    let requests = 0;
    const server = await httpServer((_, response) => {
      requests += 1;
      response.end();
    });
    cleanups.push(server.close);
    const answers = await Promise.all(times(3, () => clientOf(server.origin).send()));
    for (const { failure } of answers) {
      expect(failure).toMatchObject({ error: 'protocol' });
      expect(failure?.detail).toContain('HTTP/2 settings');
    }
    expect(requests).toBe(0);
  });

  it('a server that accepts and says nothing is a timeout that says what was waited for', async () => {
    const server = await tcpServer(() => undefined);
    cleanups.push(server.close);
    const client = clientOf(server.origin);
    const answers = await Promise.all(times(3, () => client.send({}, { timeoutMicros: 200_000 })));
    expect(answers.map(({ failure }) => failure?.error)).toEqual(['timeout', 'timeout', 'timeout']);
    expect(answers[1]?.failure?.detail).toContain('HTTP/2 settings');
    expect(server.sockets).toHaveLength(1);
  });

  it('refused: connect, for all who waited', async () => {
    const server = await tcpServer(() => undefined);
    await server.close();
    const client = clientOf(server.origin);
    const answers = await Promise.all(times(4, () => client.send()));
    for (const { failure } of answers)
      expect(failure).toMatchObject({ error: 'connect', code: 'ECONNREFUSED' });
    expect(client.connections.http2.size).toBe(0);
  });

  it('an attempt to connect ends with the last one who waits for it', async () => {
    const server = await fullServer();
    cleanups.push(server.close);
    const client = clientOf(`http://127.0.0.1:${server.port}`, { connectTimeoutMicros: 150_000 });
    const answers = await Promise.all(times(3, () => client.send()));
    for (const { failure, connectMicros } of answers) {
      expect(failure).toMatchObject({
        error: 'timeout',
        detail: 'no connection within 150ms (still connecting)',
      });
      expect(connectMicros).toBeUndefined();
    }
    expect(client.connections.http2.size).toBe(0);
  });

  it('a header that cannot be sent is this side’s fault, and costs no connection', async () => {
    const { client, server } = await served((stream) =>
      stream.respond({ ':status': 200 }, { endStream: true }),
    );
    await client.send();
    expect((await client.send({ headers: ['x-bad', 'a\nb'] })).failure?.error).toBe('expectation');
    expect((await client.send()).failure).toBeNull();
    expect(server.sessions).toHaveLength(1);
    expect(server.streams).toBe(2);
  });
});
