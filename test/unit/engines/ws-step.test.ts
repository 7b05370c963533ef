// The WebSocket step as written: one schema per action, picked by its first word.

import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { wsStepInput } from '../../../src/engines/ws-step-input.ts';

const problems = (written: unknown): string => {
  const result = wsStepInput.safeParse(written);
  return result.success
    ? ''
    : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n');
};

describe('a WebSocket step', () => {
  it.each([
    [
      { ws: 'connect /stream', as: 'feed', timeout: '3s', headers: { a: 'b' } },
      {
        action: 'connect',
        name: 'ws connect /stream',
        socket: 'feed',
        url: '/stream',
        timeoutMicros: 3_000_000,
        headers: { a: 'b' },
      },
    ],
    [
      {
        ws: 'send feed',
        name: 'say',
        json: { id: '{{uuid}}' },
        reply: { match: { '$.id': '{{sent.id}}' }, timeout: '2s' },
      },
      {
        action: 'send',
        name: 'say',
        socket: 'feed',
        message: { kind: 'json', value: { id: '{{uuid}}' } },
        reply: { kind: 'json', checks: [{ path: '$.id', expect: 'equals', value: '{{sent.id}}' }] },
        wait: true,
        capture: [],
        broadcast: null,
        timeoutMicros: 2_000_000,
      },
    ],
    [
      { ws: 'send feed', text: 'hi' },
      { action: 'send', name: 'ws send feed', message: { kind: 'text', text: 'hi' }, reply: null },
    ],
    [
      { ws: 'await feed', match: { '$.n': 'present' }, onError: 'continue' },
      {
        action: 'await',
        socket: 'feed',
        match: { kind: 'json', checks: [{ path: '$.n', expect: 'present' }] },
        count: 1,
        timeoutMicros: 30_000_000,
        onError: 'continue',
      },
    ],
    [
      {
        ws: 'connect /stream',
        as: 'feed',
        query: { room: 7 },
        protocols: ['v1', '{{v}}'],
        expect: { protocol: 'v1', headers: { 'X-Room': 'present' } },
        compression: true,
        connectTimeout: '1s',
        ping: 'every 5s',
        close: 'allowed',
      },
      {
        query: { room: '7' },
        protocols: ['v1', '{{v}}'],
        expect: { protocol: 'v1', headers: { 'x-room': 'present' } },
        compression: true,
        connectTimeoutMicros: 1_000_000,
        ping: { everyMicros: 5_000_000, timeoutMicros: 5_000_000 },
        allowedCloses: [1000, 1001, 1005],
        reconnect: null,
        read: null,
      },
    ],
    [
      {
        ws: 'connect /',
        as: 'feed',
        ping: 'every 1m',
        pingTimeout: '2s',
        reconnect: { attempts: 3, jitter: '0%' },
        resend: ['subscribe'],
      },
      {
        ping: { everyMicros: 60_000_000, timeoutMicros: 2_000_000 },
        allowedCloses: [],
        reconnect: {
          minMicros: 100_000,
          maxMicros: 5_000_000,
          factor: 2,
          jitter: 0,
          attempts: 3,
          resend: ['subscribe'],
        },
      },
    ],
    [
      { ws: 'connect /', as: 'feed', read: '64KiB/s', close: [4000] },
      { read: { perSecond: 65_536, of: 'bytes' }, allowedCloses: [4000] },
    ],
    [{ ws: 'connect /', as: 'feed', read: '0.5 messages/s' }, { read: { perSecond: 0.5, of: 'messages' } }],
    [
      {
        ws: 'send feed',
        binary: { hex: '0aFF' },
        reply: { match: 'any' },
        wait: false,
        capture: { id: '$.id' },
      },
      {
        message: { kind: 'binary', bytes: { from: 'hex', text: '0aFF' } },
        reply: { kind: 'any' },
        wait: false,
        capture: [{ name: 'id', from: 'json', path: '$.id' }],
      },
    ],
    [
      { ws: 'send feed', binary: { file: 'a.bin' }, reply: { match: { binary: { base64: 'AAE=' } } } },
      {
        message: { kind: 'binary', bytes: { from: 'file', path: 'a.bin' } },
        reply: { kind: 'binary', startsWith: { from: 'base64', text: 'AAE=' } },
      },
    ],
    [
      { ws: 'await feed', match: { regex: '^a' }, count: 3, capture: { x: { regex: 'a(.)' } } },
      {
        match: { kind: 'regex', regex: '^a' },
        count: 3,
        capture: [{ name: 'x', from: 'text', regex: 'a(.)' }],
      },
    ],
    [
      { ws: 'ping feed', name: 'alive' },
      { action: 'ping', name: 'alive', socket: 'feed' },
    ],
    [
      { ws: 'close feed', code: 4000, reason: 'bye {{name}}', expect: { code: 4000 } },
      { action: 'close', code: 4000, reason: 'bye {{name}}', codes: [4000] },
    ],
    [
      { ws: 'await-close feed', expect: { code: [1000, 1001] }, timeout: '1s' },
      { action: 'await-close', codes: [1000, 1001], timeoutMicros: 1_000_000 },
    ],
    [
      { ws: 'close feed' },
      { action: 'close', socket: 'feed', name: 'ws close feed', timeoutMicros: 30_000_000, onError: 'stop' },
    ],
  ])('%j', (written, expected) => {
    const step = wsStepInput.parse(written);
    expect(step).toMatchObject({ kind: 'ws', ...expected });
    expect(structuredClone(step)).toEqual(step);
  });

  it.each([
    [
      'an unknown action',
      { ws: 'snd feed' },
      /^ws: expected one of connect, send, await, ping, close, await-close/,
    ],
    ['a socket without a name', { ws: 'connect /stream' }, /^as: expected a name/],
    ['no path', { ws: 'connect feed', as: 'feed' }, /^ws: expected a path/],
    ['a host out of a template', { ws: 'connect ws://{{host}}/', as: 'feed' }, /^ws: expected a path/],
    ['both kinds of message', { ws: 'send feed', json: 1, text: 'a' }, /either `json`, `text` or `binary`/],
    ['no message', { ws: 'send feed' }, /either `json`, `text` or `binary`/],
    ['nothing to wait for', { ws: 'await feed', match: {} }, /^match: expected at least one JSONPath/],
    ['a reply without a match', { ws: 'send feed', json: 1, reply: { timeout: '1s' } }, /^reply\.match/],
    ['a key of another action', { ws: 'close feed', json: 1 }, /Unrecognized key: "json"/],
    [
      'a word that is no match',
      { ws: 'await feed', match: 'all' },
      /^match: expected `any`, or a map of JSONPaths/,
    ],
    [
      'a regular expression that is none',
      { ws: 'await feed', match: { regex: '(' } },
      /^match\.regex: .*Unterminated/,
    ],
    [
      'two kinds of match',
      { ws: 'await feed', match: { text: 'a', regex: 'b' } },
      /^match: Unrecognized key: "regex"/,
    ],
    ['base64 that is none', { ws: 'send feed', binary: { base64: 'a' } }, /^binary\.base64: expected base64/],
    ['half a byte', { ws: 'send feed', binary: { hex: '0' } }, /^binary\.hex: expected pairs/],
    [
      'two sources of bytes',
      { ws: 'send feed', binary: { hex: '00', file: 'a' } },
      /^binary: expected one of/,
    ],
    [
      'not waiting for nothing',
      { ws: 'send feed', text: 'a', wait: false },
      /^wait: `wait: false` goes with a `reply`/,
    ],
    [
      'a capture of nothing',
      { ws: 'send feed', text: 'a', capture: { a: '$' } },
      /^capture: `capture` takes from/,
    ],
    [
      'a capture without a name',
      { ws: 'await feed', match: 'any', capture: { 'a b': '$' } },
      /^capture\.a b: .*not a name/,
    ],
    ['no messages', { ws: 'await feed', match: 'any', count: 0 }, /^count: /],
    ['a protocol twice', { ws: 'connect /', as: 'a', protocols: ['x', 'x'] }, /^protocols: .*offered twice/],
    [
      'a protocol that is no token',
      { ws: 'connect /', as: 'a', protocols: ['a b'] },
      /^protocols\.0: expected the name/,
    ],
    [
      'a protocol expected of nobody',
      { ws: 'connect /', as: 'a', expect: { protocol: 'x' } },
      /^expect: no `protocols`/,
    ],
    [
      'a ping without a unit',
      { ws: 'connect /', as: 'a', ping: 'every 5' },
      /^ping: "every 5" is not how often/,
    ],
    ['a ping without every', { ws: 'connect /', as: 'a', ping: '5s' }, /^ping: "5s" is not how often/],
    [
      'a limit of no pings',
      { ws: 'connect /', as: 'a', pingTimeout: '1s' },
      /^pingTimeout: .*goes with `ping`/,
    ],
    [
      'pongs later than pings',
      { ws: 'connect /', as: 'a', ping: 'every 1s', pingTimeout: '2s' },
      /^pingTimeout: .*longer than the interval/,
    ],
    [
      'pings of a slow reader',
      { ws: 'connect /', as: 'a', ping: 'every 1s', read: '1KiB/s' },
      /^ping: .*exclude each other/,
    ],
    [
      'a close that is a loss',
      { ws: 'connect /', as: 'a', close: 'allowed', reconnect: {} },
      /^close: .*exclude each other/,
    ],
    [
      'another word for a close',
      { ws: 'connect /', as: 'a', close: 'ok' },
      /^close: expected `allowed`, or the close codes/,
    ],
    ['resending to nobody', { ws: 'connect /', as: 'a', resend: ['x'] }, /^resend: .*goes with `reconnect`/],
    [
      'waits that shrink',
      { ws: 'connect /', as: 'a', reconnect: { min: '9s' } },
      /^reconnect\.min: .*longer than `max`/,
    ],
    [
      'a share above all',
      { ws: 'connect /', as: 'a', reconnect: { jitter: '120%' } },
      /^reconnect\.jitter: .*between 0% and 100%/,
    ],
    [
      'a rate without a unit',
      { ws: 'connect /', as: 'a', read: '100/s' },
      /^read: "100\/s" is not a rate such as/,
    ],
    ['a rate of nothing', { ws: 'connect /', as: 'a', read: '0KiB/s' }, /^read: /],
    [
      'a code that may not be sent',
      { ws: 'close feed', code: 1006 },
      /^code: this code is not one that may be sent/,
    ],
    [
      'a reason that is too long',
      { ws: 'close feed', reason: 'x'.repeat(124) },
      /^reason: at most 123 bytes/,
    ],
    ['an expectation of nothing', { ws: 'await-close feed', expect: {} }, /^expect\.code/],
  ])('refuses %s in its own words only', (_, written, expected) => {
    expect(problems(written)).toMatch(expected);
  });

  it('reports where it stands in the file', () => {
    const result = z.array(wsStepInput).safeParse([{ ws: 'await feed', match: { bad: 1 } }]);
    expect(result.error?.issues[0]?.path).toEqual([0, 'match', 'bad']);
  });

  it('describes each action to editors', () => {
    const schema = z.toJSONSchema(wsStepInput, { io: 'input' }) as {
      anyOf: { additionalProperties: boolean }[];
    };
    expect(schema.anyOf).toHaveLength(6);
    expect(schema.anyOf.every(({ additionalProperties }) => !additionalProperties)).toBe(true);
    expect(JSON.stringify(schema)).not.toContain('$ref');
  });
});
