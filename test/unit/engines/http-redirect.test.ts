// Where redirects lead, what goes along, and where they end.

import { describe, expect, it } from 'vitest';
import type { HttpAnswer, HttpRequest } from '../../../src/engines/http-exchange.ts';
import { followRedirects, isRedirect, nextRequest } from '../../../src/engines/http-redirect.ts';

const request: HttpRequest = {
  origin: 'http://shop.example',
  method: 'POST',
  path: '/cart/add?x=1',
  headers: [
    ...['accept', '*/*', 'Authorization', 'Bearer abc', 'content-type', 'application/json'],
    ...['X-Api-Key', 'k1', 'cookie', 'a=b', 'x-trace', '7'],
  ],
  body: '{}',
};

const answerOf = (status: number, location?: string, changes: Partial<HttpAnswer> = {}): HttpAnswer => ({
  startedAtMicros: 0,
  endedAtMicros: 10,
  failure: null,
  censored: false,
  status,
  headers: location === undefined ? {} : { location },
  bytes: 1,
  body: [],
  bodyCut: true,
  connectMicros: undefined,
  dnsMicros: undefined,
  tlsMicros: undefined,
  firstByteMicros: 5,
  ...changes,
});

const anywhere = (): boolean => true;
const next = (status: number, location: string, from: Partial<HttpRequest> = {}): HttpRequest => {
  const result = nextRequest({ ...request, ...from }, answerOf(status, location), anywhere);
  if (typeof result === 'string') throw new Error(result);
  return result;
};

describe('the request that follows a redirect', () => {
  it.each([
    [301, 'POST', 'GET', false],
    [302, 'POST', 'GET', false],
    [303, 'POST', 'GET', false],
    [303, 'PUT', 'GET', false],
    [303, 'HEAD', 'HEAD', false],
    [301, 'PUT', 'PUT', true],
    [302, 'DELETE', 'DELETE', true],
    [307, 'POST', 'POST', true],
    [308, 'POST', 'POST', true],
    [302, 'GET', 'GET', true],
  ])('%d after %s is a %s', (status, method, expected, keepsBody) => {
    const { method: after, body, headers } = next(status, '/next', { method });
    expect(after).toBe(expected);
    expect(body).toBe(keepsBody ? '{}' : null);
    expect(headers.includes('content-type')).toBe(keepsBody);
  });

  it.each([
    ['/next?a=b', 'http://shop.example', '/next?a=b'],
    ['next', 'http://shop.example', '/cart/next'],
    ['?page=2', 'http://shop.example', '/cart/add?page=2'],
    ['../#top', 'http://shop.example', '/'],
    ['//other.example:81/x', 'http://other.example:81', '/x'],
    ['https://user:word@shop.example/x', 'https://shop.example', '/x'],
  ])('resolves %s', (location, origin, path) => {
    expect(next(307, location)).toMatchObject({ origin, path });
  });

  it('keeps credentials at home', () => {
    expect(next(307, '/x').headers).toEqual(request.headers);
    const { headers } = next(307, 'http://other.example/x');
    expect(headers).toEqual(['accept', '*/*', 'content-type', 'application/json', 'x-trace', '7']);
    expect(next(307, 'http://shop.example:8080/').headers).toEqual(headers);
  });

  it.each([
    ['ftp://shop.example/x', 'https://a.example', /redirected to ftp:, which is not HTTP/],
    ['http://[', 'http://a.example', /redirected to "http:\/\/\[", which is no address/],
    ['http://a.example/', 'https://a.example', /from https to http:\/\/a\.example, which is not encrypted/],
  ])('%s from %s is not followed', (location, origin, reason) => {
    expect(nextRequest({ ...request, origin }, answerOf(302, location), anywhere)).toMatch(reason);
  });

  it('never leaves the hosts that load may be sent to; the same origin needs no leave', () => {
    const nowhere = (): boolean => false;
    expect(nextRequest(request, answerOf(302, 'http://evil.example/x'), nowhere)).toBe(
      'redirected to http://evil.example, to which no load may be sent',
    );
    expect(nextRequest(request, answerOf(302, 'http://shop.example:81/x'), nowhere)).toMatch(
      /no load may be sent/,
    );
    expect(nextRequest(request, answerOf(302, '/x'), nowhere)).toMatchObject({ path: '/x' });
  });

  it('needs a status and a location', () => {
    expect(
      [300, 301, 302, 303, 304, 305, 307, 308].filter((status) => isRedirect(answerOf(status, '/x'))),
    ).toEqual([301, 302, 303, 307, 308]);
    expect(isRedirect(answerOf(302))).toBe(false);
  });
});

describe('a journey', () => {
  const travel = async (
    hops: Readonly<Record<string, HttpAnswer>>,
    limit: number,
    cookies: string[] = [],
  ) => {
    const sent: [string, number][] = [];
    const followed: number[] = [];
    const journey = await followRedirects(
      {
        request: { ...request, method: 'GET', path: '/0' },
        answer: answerOf(302, '/1', { connectMicros: 3 }),
      },
      { limit, timeoutMicros: 100 },
      {
        send: (hop, leftMicros) => {
          sent.push([hop.path, leftMicros]);
          return Promise.resolve(hops[hop.path] ?? answerOf(200));
        },
        isAllowedHost: anywhere,
        cookiesOf: () => cookies.shift(),
        onFollowed: (atMicros) => followed.push(atMicros),
      },
    );
    return { ...journey, sent, followed };
  };
  const at = (
    startedAtMicros: number,
    status: number,
    location?: string,
    changes: Partial<HttpAnswer> = {},
  ) => answerOf(status, location, { startedAtMicros, endedAtMicros: startedAtMicros + 10, ...changes });

  it('is one wait: times from the first start, bytes and connecting added up, the rest from the last answer', async () => {
    const {
      whole,
      answer,
      request: last,
      problem,
      sent,
      followed,
    } = await travel(
      {
        '/1': at(20, 307, '/2'),
        '/2': at(40, 200, undefined, { bytes: 5, connectMicros: 4, firstByteMicros: 6 }),
      },
      5,
    );
    expect(problem).toBeNull();
    expect(last.path).toBe('/2');
    expect(answer).toMatchObject({ status: 200, bytes: 5, startedAtMicros: 40 });
    expect(whole).toMatchObject({
      ...{ startedAtMicros: 0, endedAtMicros: 50, status: 200, bytes: 7 },
      ...{ connectMicros: 7, firstByteMicros: 46, tlsMicros: undefined },
    });
    // What is left of the timeout, and one tally for each.
    expect(sent).toEqual([
      ['/1', 90],
      ['/2', 70],
    ]);
    expect(followed).toEqual([10, 30]);
  });

  it('ends after as many as may be followed', async () => {
    const { problem, sent, answer } = await travel({ '/1': at(20, 302, '/2'), '/2': at(40, 302, '/3') }, 2);
    expect(problem).toBe('redirected more than 2 times');
    expect(sent.map(([path]) => path)).toEqual(['/1', '/2']);
    expect(answer.status).toBe(302);
  });

  it('ends in a circle, unless a cookie has changed what is asked', async () => {
    const circle = { '/1': at(20, 302, '/0') };
    expect(await travel(circle, 9)).toMatchObject({ problem: 'redirected in a circle, back to /0' });
    const { problem, sent } = await travel({ '/1': at(20, 302, '/0'), '/0': at(40, 200) }, 9, [
      '',
      '',
      '',
      'a=1',
    ]);
    expect(problem).toBeNull();
    expect(sent.map(([path]) => path)).toEqual(['/1', '/0']);
  });

  it('says of a timeout that it was of the whole', async () => {
    const failure = {
      error: 'timeout',
      code: undefined,
      detail: 'no complete answer within 0.09ms',
    } as const;
    const { whole } = await travel({ '/1': at(20, 0, undefined, { failure }) }, 3);
    expect(whole.failure?.detail).toBe('no complete answer within 100µs, after 1 redirects');
  });
});
