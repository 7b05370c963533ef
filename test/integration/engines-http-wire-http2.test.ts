// HTTP/2 on the wire: answers, and streams that share connections without waiting for one another.

import { describe, expect, it } from 'vitest';
import { bodyOf, tookMicros } from '../support/wire-client.ts';
import { served, times } from '../support/wire-scope.ts';
import type { http2Server } from '../support/wire-servers.ts';

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
