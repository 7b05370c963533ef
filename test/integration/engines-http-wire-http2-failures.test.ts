// HTTP/2 on the wire: every way in which streams and connections end, frame by frame where it matters.

import { constants } from 'node:http2';
import type { HttpAnswer } from '../../src/engines/exchange-contract.ts';
import { describe, expect, it } from 'vitest';
import { tookMicros } from '../support/wire-client.ts';
import { http2ClientOf as clientOf, kept, served, times } from '../support/wire-scope.ts';
import { rawHttp2Server, streamOf } from '../support/raw-http2.ts';
import { fullServer, httpServer, tcpServer } from '../support/wire-servers.ts';

async function rawServed(...of: Parameters<typeof rawHttp2Server>) {
  const server = await rawHttp2Server(...of);
  kept(server);
  return { server, client: clientOf(server.origin) };
}

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
    kept(server);
    const answers = await Promise.all(times(3, () => clientOf(server.origin).send()));
    for (const { failure } of answers) {
      expect(failure).toMatchObject({ error: 'protocol' });
      expect(failure?.detail).toContain('HTTP/2 settings');
    }
    expect(requests).toBe(0);
  });

  it('a server that accepts and says nothing is a timeout that says what was waited for', async () => {
    const server = await tcpServer(() => undefined);
    kept(server);
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
    kept(server);
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

  it('after any mixture of ends, all are accounted for and no stream is held any more', async () => {
    const count = 200;
    const { client, server } = await rawServed((stream, nth) => {
      if (nth % 7 === 0) stream.rst(constants.NGHTTP2_INTERNAL_ERROR);
      else if (nth % 11 === 0) stream.head();
      else if (nth === 50 || nth === 120) stream.socket.resetAndDestroy();
      else if (nth === 90) stream.goaway(stream.id, constants.NGHTTP2_NO_ERROR);
      else setTimeout(() => stream.head(true), nth % 5);
    }, 10);
    const answers: HttpAnswer[] = [];
    for (let sent = 0; sent < count; sent += 20) {
      const burst = times(20, () => client.send({}, { timeoutMicros: 300_000 }));
      answers.push(...(await Promise.all(burst)));
    }
    const classes = answers.map(({ failure }) => failure?.error ?? 'ok');
    const numberOf = (name: string): number => classes.filter((other) => other === name).length;
    expect(numberOf('ok') + numberOf('reset') + numberOf('timeout')).toBe(count);
    expect(numberOf('ok')).toBeGreaterThan(count / 2);
    expect(numberOf('timeout')).toBeGreaterThan(0);
    // Each was sent at most once: what a dying connection never read is missing, nothing is there twice.
    expect(server.requests).toBeLessThanOrEqual(count);
    const route = client.connections.route(server.origin);
    await expect.poll(() => client.connections.http2.take(route, false).isIdle).toBe(true);
    expect(client.connections.http2.size).toBeLessThan(10);
  });
});
