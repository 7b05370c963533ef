// One user's cookies: what comes back to the server, where, and for how long.

import { describe, expect, it } from 'vitest';
import { CookieJar } from '../../../src/engines/cookies.ts';

const origin = 'http://127.0.0.1:8080';
const nowMs = Date.parse('2026-01-01T00:00:00Z');

function jarWith(...lines: string[]): CookieJar {
  const jar = new CookieJar();
  jar.store(origin, '/shop/cart?x=1', lines, nowMs);
  return jar;
}

describe('a cookie jar', () => {
  it.each([
    ['a name and a value', 'a=1', '/shop', 'a=1'],
    ['a value that holds =', 'a=b=c; Path=/', '/', 'a=b=c'],
    ['an empty value', 'a=; Path=/', '/', 'a='],
    ['the folder of the request without a path', 'a=1', '/', undefined],
    ['paths by folder, not by letters', 'a=1; Path=/shop', '/shopping', undefined],
    ['paths and what is below', 'a=1; Path=/shop', '/shop/x?y', 'a=1'],
    ['a lifetime', 'a=1; Path=/; Max-Age=60', '/', 'a=1'],
    ['a lifetime that is over', 'a=1; Path=/; Max-Age=0', '/', undefined],
    ['a date that has passed', 'a=1; Path=/; Expires=Wed, 21 Oct 2015 07:28:00 GMT', '/', undefined],
    ['Max-Age before Expires', 'a=1; Path=/; Expires=Wed, 21 Oct 2015 07:28:00 GMT; Max-Age=9', '/', 'a=1'],
    ['Secure over plain HTTP', 'a=1; Path=/; Secure', '/', undefined],
    ['no name', '=1; Path=/', '/', undefined],
    ['nothing', '', '/', undefined],
  ])('%s', (_, line, path, expected) => {
    expect(jarWith(line).header(origin, path, nowMs)).toBe(expected);
  });

  it('forgets what has expired and what the server takes back', () => {
    const jar = jarWith('a=1; Path=/; Max-Age=60', 'b=2; Path=/');
    expect(jar.header(origin, '/', nowMs + 61_000)).toBe('b=2');
    jar.store(origin, '/', ['b=; Path=/; Max-Age=0'], nowMs);
    expect(jar.header(origin, '/', nowMs)).toBe('a=1');
  });

  it.each([
    ['the host alone without one', 'a=1; Path=/', 'http://api.shop.example', undefined],
    ['a domain and what is below', 'a=1; Path=/; Domain=shop.example', 'https://api.shop.example', 'a=1'],
    ['with a leading dot', 'a=1; Path=/; Domain=.shop.example', 'http://api.shop.example', 'a=1'],
    ['not what only ends alike', 'a=1; Path=/; Domain=shop.example', 'http://workshop.example', undefined],
    ['no other port, no other scheme', 'a=1; Path=/', 'https://shop.example:8443', 'a=1'],
    ['a WebSocket', 'a=1; Path=/', 'ws://shop.example', 'a=1'],
    ['Secure, only where it is', 'a=1; Path=/; Secure', 'ws://shop.example', undefined],
    ['Secure over wss', 'a=1; Path=/; Secure', 'wss://shop.example', 'a=1'],
    ['a foreign domain', 'a=1; Path=/; Domain=other.example', 'http://other.example', undefined],
    ['everybody', 'a=1; Path=/; Domain=example', 'http://shop.example', undefined],
  ])('domains: %s', (_, line, to, expected) => {
    const jar = new CookieJar();
    jar.store('http://shop.example', '/', [line], nowMs);
    expect(jar.header(to, '/', nowMs)).toBe(expected);
  });

  it.each(['http://localhost:1', 'http://127.0.0.1:1', 'http://[::1]:1'])(
    'on loopback each port is a host of its own: %s',
    (from) => {
      const jar = new CookieJar();
      jar.store(from, '/', [`a=1; Path=/; Domain=${new URL(from).hostname}`], nowMs);
      expect(jar.header(from, '/', nowMs)).toBe('a=1');
      expect(jar.header(from.replace('http', 'ws'), '/', nowMs)).toBe('a=1');
      expect(jar.header(from.replace(/1$/, '2'), '/', nowMs)).toBeUndefined();
    },
  );

  it('knows a value by name, whatever its path, and keeps no more than it must', () => {
    const jar = jarWith('a=1; Path=/deep', 'a=2; Path=/', 'b=3; Max-Age=1');
    expect(jar.value(origin, 'a', nowMs)).toBe('2');
    expect(jar.value(origin, 'b', nowMs + 2_000)).toBeUndefined();
    expect(jar.value('http://127.0.0.1:9', 'a', nowMs)).toBeUndefined();
    for (let n = 0; n < 1_000; n += 1) jar.store(origin, '/', [`n${n}=${n}; Path=/`], nowMs);
    expect(jar.header(origin, '/', nowMs)?.split('; ')).toHaveLength(180);
    expect(jar.value(origin, 'n999', nowMs)).toBe('999');
    jar.store(origin, '/', [`huge=${'x'.repeat(5_000)}; Path=/`], nowMs);
    expect(jar.value(origin, 'huge', nowMs)).toBeUndefined();
  });

  it('replaces by name and path, sends the longest path first, and keeps origins apart', () => {
    const jar = jarWith('a=1; Path=/', 'a=2; Path=/shop', 'a=3; Path=/');
    expect(jar.header(origin, '/shop', nowMs)).toBe('a=2; a=3');
    expect(jar.header('http://127.0.0.1:9090', '/shop', nowMs)).toBeUndefined();
  });
});
