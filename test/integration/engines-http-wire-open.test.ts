// Opening connections: what is timed apart, what limits it, where it starts from, and how it fails.

import { describe, expect, it } from 'vitest';
import { tookMicros } from '../support/wire-client.ts';
import { clientOf, kept, named } from '../support/wire-scope.ts';
import { fullServer, httpServer } from '../support/wire-servers.ts';

describe('opening a connection', () => {
  it('times the name apart from the rest, and only names', async () => {
    const { origin } = kept(await httpServer((_, response) => response.end('ok')));
    const [address, name] = [await clientOf(origin).send(), await clientOf(named(origin)).send()];
    expect(address).toMatchObject({ failure: null, dnsMicros: undefined, tlsMicros: undefined });
    expect(name).toMatchObject({ failure: null, tlsMicros: undefined });
    expect(name.dnsMicros).toBeGreaterThan(0);
    expect(name.dnsMicros).toBeLessThan(name.connectMicros ?? 0);
    expect(name.connectMicros).toBeLessThan(tookMicros(name));
  });

  it('a burst of connections to a name is looked up together, and each tells its own time', async () => {
    const { origin } = kept(await httpServer((_, response) => response.end('ok')));
    const client = clientOf(named(origin));
    const answers = await Promise.all(Array.from({ length: 100 }, () => client.send()));
    expect(answers.every(({ failure, dnsMicros = 0 }) => failure === null && dnsMicros > 0)).toBe(true);
  });

  it('a name that does not exist: dns, whatever the version', async () => {
    for (const version of ['1.1', '2'] as const) {
      const { failure, connectMicros } = await clientOf('http://no-such-host.invalid', {
        http: { version },
      }).send();
      expect(failure).toMatchObject({ error: 'dns' });
      expect(failure?.code).toMatch(/^(?:ENOTFOUND|EAI_AGAIN)$/);
      expect(connectMicros).toBeUndefined();
    }
  });

  it('a server whose queue is full: a timeout that says so, at the limit of connecting', async () => {
    const { port } = kept(await fullServer());
    const client = clientOf(`http://127.0.0.1:${port}`, { http: { connectTimeoutMicros: 200_000 } });
    const limited = await client.send();
    expect(limited.failure).toMatchObject({
      error: 'timeout',
      detail: 'no connection within 200ms (still connecting)',
    });
    expect(tookMicros(limited)).toBeGreaterThanOrEqual(195_000);
    expect(tookMicros(limited)).toBeLessThan(5_000_000);
    const own = await client.send({}, { connectTimeoutMicros: 100_000 });
    expect(own.failure?.detail).toContain('no connection within 100ms');
    const whole = await client.send({}, { connectTimeoutMicros: null, timeoutMicros: 150_000 });
    expect(whole.failure).toMatchObject({
      error: 'timeout',
      detail: 'no complete answer within 150ms (still connecting)',
    });
    expect(client.connections.http1.size).toBe(0);
  });

  it('the limit of connecting is not a limit of the answer', async () => {
    const { origin } = kept(
      await httpServer((_, response) => void setTimeout(() => response.end('late'), 900)),
    );
    const answer = await clientOf(origin, { http: { connectTimeoutMicros: 600_000 } }).send();
    expect(answer).toMatchObject({ failure: null, bytes: 4 });
  });

  it('goes out from the address it is told to, and says when the machine does not have it', async () => {
    const from: (string | undefined)[] = [];
    const { origin } = kept(
      await httpServer((request, response) => {
        from.push(request.socket.remoteAddress);
        response.end();
      }),
    );
    for (const url of [origin, named(origin)]) {
      expect((await clientOf(url, { http: { localAddress: '127.0.0.7' } }).send()).failure).toBeNull();
    }
    expect(from).toEqual(['127.0.0.7', '127.0.0.7']);
    const elsewhere = await clientOf(origin, { http: { localAddress: '203.0.113.9' } }).send();
    expect(elsewhere.failure).toMatchObject({ error: 'connect', code: 'EADDRNOTAVAIL' });
    const otherFamily = await clientOf(origin, { http: { localAddress: '::1' } }).send();
    expect(otherFamily.failure).toMatchObject({ error: 'connect' });
  });
});
