// Scrapes of a server on loopback: what it answers, what it does wrong, and that nothing else is connected to.

import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createServer as createTlsServer } from 'node:https';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/kernel/clock.ts';
import { observeScrapes } from '../../src/run/observed-scrapes.ts';
import type { RunRequest } from '../../src/run/run-request.ts';
import { scrapeRequest } from '../../src/system/scrape-request.ts';
import { makeCertificates } from '../support/certificates.ts';
import { opened } from '../support/http-listener.ts';

const scope = opened();
afterEach(() => scope.close());

const scrapeOf = (url: string, more: Partial<Parameters<typeof scrapeRequest>[0]> = {}) =>
  scrapeRequest({ url, addresses: ['127.0.0.1'], tls: { verify: true }, ...more })(
    new AbortController().signal,
  );

describe('one scrape', () => {
  it('is a GET on a connection of its own, for text that is not compressed', async () => {
    const seen: unknown[] = [];
    const url = await scope.serve((request, response) => {
      const { accept, connection, 'accept-encoding': encoding } = request.headers;
      seen.push([request.method, request.url, accept?.split(',')[0], connection, encoding]);
      response.setHeader('content-type', 'text/plain; version=0.0.4').end('a 1\n');
    });
    const expected = { text: 'a 1\n', openMetrics: false };
    expect(await scrapeOf(`${url}/metrics?module=x`)).toEqual(expected);
    expect(seen).toEqual([['GET', '/metrics?module=x', 'text/plain;version=0.0.4', 'close', 'identity']]);
  });

  it('knows OpenMetrics by its content type', async () => {
    const url = await scope.serve((_request, response) => {
      response
        .setHeader('content-type', 'application/openmetrics-text; version=1.0.0; charset=utf-8')
        .end('# EOF\n');
    });
    expect(await scrapeOf(url)).toMatchObject({ openMetrics: true });
  });

  it.each<[string, number, Record<string, string>, Buffer | string, string]>([
    ['a status', 503, {}, 'a 1', 'status 503'],
    ['a redirect', 302, { location: 'http://127.0.0.1:9/' }, '', 'status 302'],
    ['no content', 204, {}, '', 'status 204'],
    [
      'compression',
      200,
      { 'content-encoding': 'gzip' },
      gzipSync('a 1'),
      'its body is encoded as `gzip`, which was not asked for',
    ],
    ['8 MiB and one byte', 200, {}, Buffer.alloc(8 * 1_048_576 + 1, 'a'), 'its body is larger than 8MiB'],
  ])('fails on %s', async (_what, status, headers, body, why) => {
    const url = await scope.serve((_request, response) => void response.writeHead(status, headers).end(body));
    await expect(scrapeOf(url)).rejects.toThrow(why);
  });

  it('fails on a body that is cut off', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined).resume();
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nrequests_total 12');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    scope.onClose(() => new Promise((resolve) => server.close(() => resolve())));
    await expect(scrapeOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)).rejects.toThrow(
      'aborted',
    );
  });

  it('goes to the addresses that were checked, whatever the name', async () => {
    const url = await scope.serve((request, response) =>
      response.end(`a{host="${request.headers.host ?? ''}"} 1`),
    );
    const { port } = new URL(url);
    const { text } = await scrapeOf(`http://exporter.example:${port}/`);
    expect(text).toBe(`a{host="exporter.example:${port}"} 1`);
  });
});

const certificates = makeCertificates();
afterAll(() => certificates?.remove());

describe.skipIf(certificates === null)('over TLS', () => {
  it('verifies the certificate, unless the scenario says otherwise', async () => {
    if (certificates === null) return;
    const { server: own, ca } = certificates;
    const server = createTlsServer({ cert: own.cert, key: own.key }, (_request, response) =>
      response.end('a 1'),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    scope.onClose(() => new Promise((resolve) => server.close(() => resolve())));
    const url = `https://localhost:${(server.address() as AddressInfo).port}/`;
    await expect(scrapeOf(url)).rejects.toThrow(/certificate/);
    expect(await scrapeOf(url, { tls: { verify: true, ca } })).toMatchObject({ text: 'a 1' });
    expect(await scrapeOf(url, { tls: { verify: false } })).toMatchObject({ text: 'a 1' });
    const other = { verify: true, ca, servername: 'elsewhere.example' };
    await expect(scrapeOf(url, { tls: other })).rejects.toThrow(/altnames/);
  });
});

describe('beside a load', () => {
  const requestOf = (from: string, allow: string[] = []) => {
    const target = { observe: { prometheus: { from, everyMicros: 1_000_000 } }, allow, secrets: [] };
    const scenario = { tls: { verify: true, ca: null, servername: null }, files: {} };
    const interrupted = new AbortController();
    return { target, scenario, stage: { pins: {} }, signal: interrupted.signal } as unknown as RunRequest;
  };

  it('begins before it and ends after it, past the proxies of faults', async () => {
    let scrapes = 0;
    const url = await scope.serve((request, response) => {
      scrapes += 1;
      response.end(`# TYPE seen_total counter\nseen_total{path="${request.url ?? ''}"} ${scrapes}\n`);
    });
    const scraping = await observeScrapes(requestOf('/own/metrics'), { directHttp: `${url}/` }, systemClock);
    const startMicros = systemClock.nowMicros();
    await scraping.scrape();
    scraping.close();
    const log = scraping.log(startMicros);
    expect(log?.url).toBe(`${url}/own/metrics`);
    expect(log?.series).toMatchObject([
      { name: 'seen_total', labels: { path: '/own/metrics' }, kind: 'counter' },
    ]);
    expect(log?.series[0]?.points.map(({ value }) => value)).toEqual([1, 2]);
    const [before = 0, after = 0] = log?.scrapes.map(({ atMicros }) => atMicros) ?? [];
    expect(before).toBeLessThan(0);
    expect(after).toBeGreaterThanOrEqual(0);
    expect(scraping.notes(startMicros)).toEqual([]);
  });

  it('tells of a target that is not there, and has no value of it', async () => {
    const url = await scope.serve((_request, response) => response.end('a 1'));
    await scope.close();
    const scraping = await observeScrapes(requestOf('/metrics'), { directHttp: url }, systemClock);
    scraping.close();
    const startMicros = systemClock.nowMicros();
    expect(scraping.log(startMicros)).toMatchObject({
      series: [],
      scrapes: [],
      failures: [{ why: 'ECONNREFUSED' }],
    });
    expect(scraping.notes(startMicros)).toEqual([
      '1 of 1 scrapes failed, the first before the load: ECONNREFUSED',
    ]);
  });

  it.each<[string, string, string | null, string]>([
    ['a variant without HTTP', '/metrics', null, '/metrics was not scraped: the variant has no HTTP address'],
    ['a host that is not allowed', 'http://203.0.113.9/metrics', null, 'neither this machine nor allowed'],
  ])('scrapes nothing of %s', async (_what, from, directHttp, note) => {
    const scraping = await observeScrapes(requestOf(from), { directHttp }, systemClock);
    expect(scraping.log(0)).toMatchObject({ series: [], scrapes: [], failures: [{}] });
    expect(scraping.notes(0).join()).toContain(note);
  });
});
