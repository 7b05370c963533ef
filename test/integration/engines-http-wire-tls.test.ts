// TLS on the wire: whom it trusts, what it shows, what it costs, and what each of its failures is called.

import type { TlsOptions } from 'node:tls';
import { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MettleError } from '../../src/kernel/errors.ts';
import type { Certificates } from '../support/certificates.ts';
import { insistingServer, makeCertificates } from '../support/certificates.ts';
import { tookMicros } from '../support/wire-client.ts';
import { clientOf, kept, named } from '../support/wire-scope.ts';
import { holdingRelay, http2Server, httpServer, tcpServer } from '../support/wire-servers.ts';

describe('TLS', () => {
  let certificates: Certificates | null = null;
  beforeAll(() => {
    certificates = makeCertificates();
  });
  afterAll(() => certificates?.remove());

  const withTls = (
    name: string,
    test: (made: Certificates, options: (identity?: Certificates['server']) => TlsOptions) => Promise<void>,
  ): void => {
    it(name, async (context) => {
      if (certificates === null) {
        context.skip();
        return;
      }
      const made = certificates;
      await test(made, ({ cert, key } = made.server) => ({ cert, key }));
    });
  };

  withTls('a slow handshake is inside connecting and told apart', async ({ caFile }, options) => {
    const server = kept(await httpServer((_, response) => response.end('ok'), options()));
    const { port } = kept(await holdingRelay(server.port, 300));
    const answer = await clientOf(`https://localhost:${port}`, { tls: { ca: caFile } }).send();
    expect(answer).toMatchObject({ failure: null, status: 200 });
    const { connectMicros = 0, tlsMicros = 0, dnsMicros = 0 } = answer;
    expect(tlsMicros).toBeGreaterThanOrEqual(295_000);
    expect(connectMicros).toBeGreaterThanOrEqual(tlsMicros + dnsMicros);
    expect(tookMicros(answer)).toBeGreaterThan(connectMicros);
    expect(answer.firstByteMicros).toBeGreaterThan(connectMicros);
  });

  withTls(
    'every new connection makes a full handshake, even when the server offers less',
    async (made, options) => {
      const reused: boolean[] = [];
      const server = kept(
        await httpServer((request, response) => {
          if (request.socket instanceof TLSSocket) reused.push(request.socket.isSessionReused());
          response.end();
        }, options()),
      );
      const client = clientOf(server.origin, { tls: { ca: made.caFile }, http: { keepAlive: false } });
      for (let n = 0; n < 3; n += 1) expect((await client.send()).failure).toBeNull();
      expect(reused).toEqual([false, false, false]);
    },
  );

  withTls('trusts nobody by default: self-signed, unknown authority', async (made, options) => {
    let requests = 0;
    const count = (): void => {
      requests += 1;
    };
    const own = kept(await httpServer(count, options(made.stranger)));
    const unknown = kept(await httpServer(count, options()));
    expect((await clientOf(own.origin).send()).failure).toMatchObject({
      error: 'tls',
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
    expect((await clientOf(unknown.origin).send()).failure).toMatchObject({
      error: 'tls',
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    });
    expect(requests).toBe(0);
  });

  withTls('a wrong name and an expired certificate: tls, each with its code', async (made, options) => {
    const otherHost = kept(await httpServer((_, response) => response.end(), options(made.otherHost)));
    const expired = kept(await httpServer((_, response) => response.end(), options(made.expired)));
    const tls = { ca: made.caFile };
    expect((await clientOf(named(otherHost.origin), { tls }).send()).failure).toMatchObject({
      error: 'tls',
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
    expect((await clientOf(otherHost.origin, { tls }).send()).failure).toMatchObject({
      error: 'tls',
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
    expect((await clientOf(expired.origin, { tls }).send()).failure).toMatchObject({
      error: 'tls',
      code: 'CERT_HAS_EXPIRED',
    });
    // Verified as, or not at all: only when the scenario says so.
    const as = { ca: made.caFile, servername: 'elsewhere.example' };
    expect((await clientOf(otherHost.origin, { tls: as }).send()).failure).toBeNull();
    expect((await clientOf(expired.origin, { tls: { verify: false } }).send()).failure).toBeNull();
  });

  withTls('asks for the name of the server, or the one it is told', async (made, options) => {
    const asked: unknown[] = [];
    const server = kept(
      await httpServer((request, response) => {
        asked.push(Reflect.get(request.socket, 'servername'));
        response.end();
      }, options()),
    );
    for (const [origin, servername] of [
      [named(server.origin), null],
      [server.origin, null],
      [server.origin, 'localhost'],
      [named(server.origin), '127.0.0.1'],
    ] as const) {
      expect((await clientOf(origin, { tls: { ca: made.caFile, servername } }).send()).failure).toBeNull();
    }
    expect(asked).toEqual(['localhost', false, 'localhost', false]);
  });

  withTls('a version that the server does not have: tls', async (made, options) => {
    const server = kept(
      await httpServer((_, response) => response.end(), { ...options(), maxVersion: 'TLSv1.2' }),
    );
    const { failure } = await clientOf(server.origin, {
      tls: { ca: made.caFile, minVersion: 'TLSv1.3' },
    }).send();
    expect(failure).toMatchObject({ error: 'tls' });
    expect(failure?.code).toMatch(/^ERR_SSL_/);
  });

  describe.each(['TLSv1.2', 'TLSv1.3'] as const)('client certificates over %s', (version) => {
    const asking = async (made: Certificates, options: TlsOptions) =>
      kept(
        await httpServer((_, response) => response.end('in'), {
          ...options,
          ca: made.ca,
          requestCert: true,
          rejectUnauthorized: true,
          minVersion: version,
          maxVersion: version,
        }),
      );

    withTls('are shown, with a key that is locked or not', async (made, options) => {
      const { origin } = await asking(made, options());
      const { certFile: cert, keyFile: key } = made.client;
      const open = await clientOf(origin, { tls: { ca: made.caFile, cert, key } }).send();
      expect(open).toMatchObject({ failure: null, bytes: 2 });
      const locked = clientOf(origin, {
        tls: { ca: made.caFile, cert, key: made.lockedKeyFile, passphrase: '{{env.KEY_WORD}}' },
        env: { KEY_WORD: made.passphrase },
      });
      expect(await locked.send()).toMatchObject({ failure: null, bytes: 2 });
    });

    withTls('are missed: tls with a code', async (made, options) => {
      const { origin } = await asking(made, options());
      const { failure } = await clientOf(origin, { tls: { ca: made.caFile } }).send();
      expect(failure).toMatchObject({ error: 'tls' });
      expect(failure?.code).toMatch(/^ERR_SSL_/);
    });

    withTls('are missed over HTTP/2: tls with a code', async (made, options) => {
      const asked = { ca: made.ca, requestCert: true, rejectUnauthorized: true };
      const server = kept(
        await http2Server(() => undefined, {
          tls: { ...options(), ...asked, minVersion: version, maxVersion: version },
        }),
      );
      const client = clientOf(server.origin, { tls: { ca: made.caFile }, http: { version: '2' } });
      const { failure } = await client.send();
      expect(failure).toMatchObject({ error: 'tls' });
      expect(failure?.code).toMatch(/^ERR_SSL_/);
    });

    withTls('are from a stranger: tls with the code that the server gives', async (made) => {
      const { origin } = kept(await insistingServer(made, version));
      const known = { ca: made.caFile, cert: made.client.certFile, key: made.client.keyFile };
      expect((await clientOf(origin, { tls: known }).send()).failure).toBeNull();
      const { certFile: cert, keyFile: key } = made.stranger;
      const { failure } = await clientOf(origin, { tls: { ca: made.caFile, cert, key } }).send();
      expect(failure).toMatchObject({ error: 'tls' });
      expect(failure?.code).toMatch(/^ERR_SSL_\w+_(?:UNKNOWN_CA|BAD_CERTIFICATE)$/);
    });
  });

  withTls('certificates that cannot be read or used are told at once', async (made) => {
    const { certFile: cert, keyFile: key } = made.client;
    const opened = (tls: object) => () => clientOf('https://127.0.0.1:1', { tls });
    expect(opened({ ca: '/no/such.pem' })).toThrow(MettleError);
    expect(opened({ ca: '/no/such.pem' })).toThrow(/tls\.ca: "\/no\/such\.pem" cannot be read/);
    expect(opened({ cert, key: made.lockedKeyFile, passphrase: 'wrong' })).toThrow(MettleError);
    expect(opened({ cert, key: made.server.keyFile })).toThrow(MettleError);
    expect(opened({ cert, key })).not.toThrow();
    await Promise.resolve();
  });

  it.each([
    ['FIN', false],
    ['RST', true],
  ])('%s in the handshake: tls, and no time of connecting', async (_, reset) => {
    const server = kept(await tcpServer((socket) => (reset ? socket.resetAndDestroy() : socket.end())));
    const { failure, connectMicros, tlsMicros } = await clientOf(
      server.origin.replace('http:', 'https:'),
    ).send();
    expect(failure).toMatchObject({ error: 'tls', code: 'ECONNRESET' });
    expect([connectMicros, tlsMicros]).toEqual([undefined, undefined]);
  });

  it('a handshake that is not answered: a timeout that says so', async () => {
    const server = kept(await tcpServer(() => undefined));
    const client = clientOf(server.origin.replace('http:', 'https:'));
    const limited = await client.send({}, { connectTimeoutMicros: 150_000 });
    expect(limited.failure).toMatchObject({
      error: 'timeout',
      detail: 'no connection within 150ms (still connecting, in the TLS handshake)',
    });
    await expect.poll(() => server.sockets.every(({ destroyed }) => destroyed)).toBe(true);
  });

  withTls('HTTP/2 by ALPN, with the handshake told once', async (made, options) => {
    const server = kept(
      await http2Server((stream) => stream.respond({ ':status': 200 }, { endStream: true }), {
        tls: options(),
      }),
    );
    const client = clientOf(named(server.origin), { http: { version: '2' }, tls: { ca: made.caFile } });
    const answers = await Promise.all(Array.from({ length: 8 }, () => client.send()));
    expect(answers.map(({ failure }) => failure)).toEqual(answers.map(() => null));
    expect(answers.filter(({ tlsMicros }) => tlsMicros !== undefined)).toHaveLength(1);
    expect(answers[0]?.tlsMicros).toBeLessThan(answers[0]?.connectMicros ?? 0);
    expect(server.sessions).toHaveLength(1);
  });

  withTls('a server without HTTP/2: protocol, and nothing is sent', async (made, options) => {
    let requests = 0;
    const server = kept(
      await httpServer((_, response) => {
        requests += 1;
        response.end();
      }, options()),
    );
    const client = clientOf(server.origin, { http: { version: '2' }, tls: { ca: made.caFile } });
    const { failure } = await client.send();
    expect(failure).toMatchObject({ error: 'protocol', code: 'NO_HTTP2' });
    expect(failure?.detail).toBe('the server does not speak HTTP/2 (it chose http/1.1)');
    expect(requests).toBe(0);
  });
});
