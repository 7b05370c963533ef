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

  it('replaces by name and path, sends the longest path first, and keeps origins apart', () => {
    const jar = jarWith('a=1; Path=/', 'a=2; Path=/shop', 'a=3; Path=/');
    expect(jar.header(origin, '/shop', nowMs)).toBe('a=2; a=3');
    expect(jar.header('http://127.0.0.1:9090', '/shop', nowMs)).toBeUndefined();
  });
});
