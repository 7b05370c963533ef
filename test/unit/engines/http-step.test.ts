// The HTTP step as written: defaults, what it turns into, and what is refused with which words.

import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { noExpectation } from '../../../src/engines/http-expect-input.ts';
import { httpStepInput } from '../../../src/engines/http-step.ts';

const problems = (written: unknown): string[] => {
  const result = httpStepInput.safeParse(written);
  return result.success
    ? []
    : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
};

describe('an HTTP step', () => {
  it('fills in the defaults', () => {
    expect(httpStepInput.parse({ http: 'GET /answers/{{id}}' })).toEqual({
      kind: 'http',
      name: 'GET /answers/{{id}}',
      method: 'GET',
      url: '/answers/{{id}}',
      via: null,
      headers: {},
      query: {},
      body: null,
      auth: null,
      redirects: null,
      compression: null,
      keepAlive: null,
      connectTimeoutMicros: null,
      stream: null,
      timeoutMicros: 30_000_000,
      expect: noExpectation,
      capture: [],
      onError: 'stop',
      wait: true,
    });
  });

  it('turns everything written into plain data', () => {
    const step = httpStepInput.parse({
      http: 'POST https://shop.example/query?a=1',
      name: 'query',
      headers: { 'X-Count': 3 },
      query: { deep: true },
      json: null,
      timeout: '1.5s',
      expect: {
        status: [200, 304],
        headers: { ETag: 'present' },
        json: { '$.a': 'present', '$.b': 'absent', '$.c': [1] },
        text: 'ok',
      },
      capture: { id: '$.id', tag: { header: 'ETag' }, word: { regex: '(\\w+)!' } },
      onError: 'continue',
    });
    expect(step).toMatchObject({
      url: 'https://shop.example/query?a=1',
      headers: { 'X-Count': '3' },
      query: { deep: 'true' },
      body: { kind: 'json', value: null },
      timeoutMicros: 1_500_000,
      expect: {
        statuses: [200, 304],
        headers: { etag: 'present' },
        json: [
          { path: '$.a', expect: 'present' },
          { path: '$.b', expect: 'absent' },
          { path: '$.c', expect: 'equals', value: [1] },
        ],
        text: 'ok',
      },
      capture: [
        { name: 'id', from: 'json', path: '$.id' },
        { name: 'tag', from: 'header', header: 'etag' },
        { name: 'word', from: 'body', regex: '(\\w+)!' },
      ],
      onError: 'continue',
    });
    expect(structuredClone(step)).toEqual(step);
  });

  it.each([
    ['no method', { http: '/query' }, /http: expected a method/],
    ['a lower-case method', { http: 'get /query' }, /http: expected a method/],
    ['a path without a slash', { http: 'GET query' }, /http: expected a method/],
    ['a host out of a template', { http: 'GET https://{{host}}/x' }, /http: expected a method/],
    ['credentials in the URL', { http: 'GET https://a:b@host/x' }, /http: expected a method/],
    ['two bodies', { http: 'POST /', json: 1, text: 'a' }, /text: a request has one body: `json` and `text`/],
    ['a bare number as timeout', { http: 'GET /', timeout: 5 }, /timeout: .*with its unit/],
    ['no duration', { http: 'GET /', timeout: '5 parsecs' }, /timeout: "5 parsecs" is not a duration/],
    ['no time at all', { http: 'GET /', timeout: '0s' }, /timeout: "0s" is not a duration between/],
    ['an unknown key', { http: 'GET /', broadcast: {} }, /Unrecognized key: "broadcast"/],
    [
      'an unknown key in expect',
      { http: 'GET /', expect: { speed: '2s' } },
      /expect: Unrecognized key: "speed"/,
    ],
    [
      'no JSONPath',
      { http: 'GET /', expect: { json: { 'a.b': 1 } } },
      /expect\.json\.a\.b: "a\.b" is not a JSONPath/,
    ],
    ['no status', { http: 'GET /', expect: { status: 'ok' } }, /expect\.status/],
    [
      'no regular expression',
      { http: 'GET /', capture: { a: { regex: '(' } } },
      /capture\.a: .*[Uu]nterminated/,
    ],
    [
      'a capture called otherwise',
      { http: 'GET /', capture: { 'a b': '$.x' } },
      /capture\.a b: "a b" is not a name/,
    ],
    [
      'no header name',
      { http: 'GET /', headers: { 'a b': 'c' } },
      /headers\.a b: "a b" is not a header name/,
    ],
    ['via with a URL', { http: 'GET http://a/', via: 'b' }, /via: `via` needs a path/],
    [
      'a date in JSON',
      { http: 'POST /', json: { at: undefined, n: Number.NaN } },
      /json: expected a JSON value/,
    ],
  ])('refuses %s', (_, written, expected) => {
    expect(problems(written).join('\n')).toMatch(expected);
  });

  it.each([
    ['CONNECT', { http: 'CONNECT /' }, /http: CONNECT is not a method that steps can send/],
    ['TRACE', { http: 'TRACE /' }, /http: TRACE is not a method that steps can send/],
    [
      'a file and a form',
      { http: 'POST /', file: 'a', multipart: { b: 1 } },
      /multipart: .*`file` and `multipart`/,
    ],
    [
      'the path of a file as a template',
      { http: 'POST /', file: '{{user}}.json' },
      /file: the path .* no template/,
    ],
    ['no parts', { http: 'POST /', multipart: {} }, /multipart: expected at least one part/],
    ['a part that is neither', { http: 'POST /', multipart: { a: { text: 'b' } } }, /multipart\.a: /],
    [
      'a type that is none',
      { http: 'POST /', multipart: { a: { file: 'b', type: 'png' } } },
      /multipart\.a\.?.*: .*/,
    ],
    [
      'a length of its own',
      { http: 'POST /', headers: { 'Content-Length': 3 } },
      /headers\.Content-Length: .*cannot be set/,
    ],
    ['framing', { http: 'GET /', headers: { connection: 'close' } }, /write `keepAlive: false`/],
    [
      'two authorizations',
      { http: 'GET /', auth: { bearer: 'a' }, headers: { Authorization: 'b' } },
      /headers\.Authorization: a request has one authorization/,
    ],
    ['an unknown authentication', { http: 'GET /', auth: 'digest' }, /auth: /],
    [
      'a colon in a user name',
      { http: 'GET /', auth: { basic: { user: 'a:b', password: '' } } },
      /auth\.basic\.user/,
    ],
    ['endless redirects', { http: 'GET /', redirects: 100 }, /redirects: /],
    [
      'events without a stream',
      { http: 'GET /', expect: { events: 5 } },
      /expect\.events: `events` goes with/,
    ],
    ['a stream until nothing', { http: 'GET /', stream: { until: {} } }, /stream: /],
    ['a stream until two things', { http: 'GET /', stream: { until: { events: 1, text: 'a' } } }, /stream: /],
    ['a strange stream', { http: 'GET /', stream: 'xml' }, /stream: /],
    [
      'a stream watched for longer than it may take',
      { http: 'GET /', stream: { for: '10s' }, timeout: '10s' },
      /stream\.for: the stream would be cut off before/,
    ],
    [
      'a compressed stream',
      { http: 'GET /', stream: 'events', compression: true },
      /compression: a streamed answer/,
    ],
    ['a size without a unit', { http: 'GET /', expect: { size: 100 } }, /expect\.size: .*with its unit/],
    ['a duration that limits nothing', { http: 'GET /', expect: { duration: '500ms' } }, /such as "< 500ms"/],
    ['no expression', { http: 'GET /', expect: { text: { regex: '(' } } }, /expect\.text: /],
  ])('refuses %s', (_, written, expected) => {
    expect(problems(written).join('\n')).toMatch(expected);
  });

  it('turns bodies, authentication and streams into plain data, too', () => {
    const step = httpStepInput.parse({
      http: 'PURGE /',
      multipart: { a: 1, b: [{ file: 'x.png', name: 'y', type: 'image/png' }, 'z'] },
      auth: { basic: { user: 'u', password: 'p' } },
      redirects: 3,
      compression: true,
      keepAlive: false,
      connectTimeout: '1s',
      expect: { text: { regex: 'a+' }, size: '< 1KiB', duration: '< 1s' },
      capture: { code: 'status', sid: { cookie: 'sid' } },
    });
    expect(step).toMatchObject({
      method: 'PURGE',
      body: {
        kind: 'multipart',
        parts: [
          { name: 'a', kind: 'text', text: '1' },
          {
            name: 'b',
            kind: 'file',
            file: 'x.png',
            filename: 'y',
            type: 'image/png',
            where: ['b', 0, 'file'],
          },
          { name: 'b', kind: 'text', text: 'z' },
        ],
      },
      auth: { kind: 'basic', user: 'u', password: 'p' },
      redirects: 3,
      compression: true,
      keepAlive: false,
      connectTimeoutMicros: 1_000_000,
      expect: { regex: 'a+', size: { min: 0, max: 1_023 }, duration: { max: 999_999 } },
      capture: [
        { name: 'code', from: 'status' },
        { name: 'sid', from: 'cookie', cookie: 'sid' },
      ],
    });
    expect(structuredClone(step)).toEqual(step);
  });

  it('gives a stream that is watched for long the time for it', () => {
    const timeoutOf = (written: Record<string, unknown>) =>
      httpStepInput.parse({ http: 'GET /', ...written }).timeoutMicros;
    expect(timeoutOf({ stream: { for: '60s' } })).toBe(90_000_000);
    expect(timeoutOf({ stream: { for: '60s' }, timeout: '61s' })).toBe(61_000_000);
    expect(timeoutOf({ stream: 'events' })).toBe(30_000_000);
  });

  it('describes itself to editors', () => {
    const schema = z.toJSONSchema(httpStepInput, { io: 'input' });
    expect(schema).toMatchObject({ type: 'object', additionalProperties: false, required: ['http'] });
  });
});
