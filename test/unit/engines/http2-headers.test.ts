// What an HTTP/2 request is made of: the four fields of its own, lower case, nothing that belongs to a connection.

import { describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../../src/engines/exchange-contract.ts';
import { http2Headers } from '../../../src/engines/http2-headers.ts';

const request = (changes: Partial<HttpRequest> = {}): HttpRequest => ({
  origin: 'https://shop.example:8443',
  method: 'GET',
  path: '/a?b=c',
  headers: [],
  body: null,
  ...changes,
});

describe('the headers of an HTTP/2 request', () => {
  it('begin with method, scheme, authority and path', () => {
    expect(http2Headers(request())).toEqual({
      ':method': 'GET',
      ':scheme': 'https',
      ':authority': 'shop.example:8443',
      ':path': '/a?b=c',
    });
  });

  it('are lower case, and all values of a name are kept in order', () => {
    const headers = ['X-A', '1', 'x-b', '2', 'x-a', '3', 'X-a', '4'];
    expect(http2Headers(request({ headers }))).toMatchObject({ 'x-a': ['1', '3', '4'], 'x-b': '2' });
  });

  it('leave out what belongs to a connection; `host` becomes the authority', () => {
    const headers = [
      'Connection',
      'close',
      'Keep-Alive',
      '5',
      'Transfer-Encoding',
      'chunked',
      'Upgrade',
      'x',
    ];
    const result = http2Headers(request({ headers: [...headers, 'TE', 'gzip', 'Host', 'other.example'] }));
    expect(Object.keys(result)).toEqual([':method', ':scheme', ':authority', ':path']);
    expect(result[':authority']).toBe('other.example');
    expect(http2Headers(request({ headers: ['te', 'trailers'] }))).toHaveProperty('te', 'trailers');
  });

  it.each([
    ['bytes, not letters', { body: 'ä' }, '2'],
    ['a buffer', { body: Buffer.alloc(7) }, '7'],
    ['what the step says', { body: 'abc', headers: ['Content-Length', '9'] }, '9'],
    ['nothing where a body is expected', { method: 'POST' }, '0'],
    ['nothing where none is', {}, undefined],
    ['a stream of unknown length', { method: 'POST', body: async function* () {} }, undefined],
  ] as const)('announce the length of the body: %s', (_, changes, expected) => {
    expect(http2Headers(request(changes as Partial<HttpRequest>))['content-length']).toBe(expected);
  });

  it('are refused when they are none', () => {
    expect(() => http2Headers(request({ headers: ['x', 'a\r\nb'] }))).toThrow();
    expect(() => http2Headers(request({ headers: ['a b', 'x'] }))).toThrow();
  });
});
