// Which way a connection takes, by table.

import { describe, expect, it } from 'vitest';
import { routeTo } from '../../../src/engines/route.ts';

const proxy = 'http://proxy.example:3128';

describe('the way to an origin', () => {
  it.each([
    ['http://a.example', 'a.example', 80, false],
    ['https://a.example', 'a.example', 443, true],
    ['http://127.0.0.1:8080', '127.0.0.1', 8080, false],
    ['https://[::1]:8443', '::1', 8443, true],
  ])('%s goes straight there', (origin, host, port, secure) => {
    const route = routeTo(origin, { proxy: null, version: '1.1' });
    expect(route).toMatchObject({ first: { host, port }, server: { host, port }, secure, tunnel: false });
    expect(route.pathPrefix).toBe('');
  });

  it.each([
    ['http://a.example', '1.1', false, 'http://a.example'],
    ['https://a.example', '1.1', true, ''],
    ['http://a.example', '2', true, ''],
    ['https://a.example', '2', true, ''],
  ] as const)('%s over HTTP/%s through a proxy: tunnel %s', (origin, version, tunnel, pathPrefix) => {
    const route = routeTo(origin, { proxy, version });
    expect(route).toMatchObject({ first: { host: 'proxy.example', port: 3128 }, tunnel, pathPrefix });
    expect(route.server.host).toBe('a.example');
  });

  it('a proxy without a port is asked at 80', () => {
    expect(routeTo('http://a.example', { proxy: 'http://p.example', version: '1.1' }).first.port).toBe(80);
  });

  it('both versions are offered where HTTP/2 is wanted, so that the server says which one it has', () => {
    expect(routeTo('https://a', { proxy: null, version: '2' }).protocols).toEqual(['h2', 'http/1.1']);
    expect(routeTo('https://a', { proxy: null, version: '1.1' }).protocols).toEqual(['http/1.1']);
  });
});
