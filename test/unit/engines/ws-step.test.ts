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
        reply: [{ path: '$.id', expect: 'equals', value: '{{sent.id}}' }],
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
        match: [{ path: '$.n', expect: 'present' }],
        timeoutMicros: 30_000_000,
        onError: 'continue',
      },
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
    ['an unknown action', { ws: 'snd feed' }, /^ws: expected one of connect, send, await, close/],
    ['a socket without a name', { ws: 'connect /stream' }, /^as: expected a name/],
    ['no path', { ws: 'connect feed', as: 'feed' }, /^ws: expected a path/],
    ['a host out of a template', { ws: 'connect ws://{{host}}/', as: 'feed' }, /^ws: expected a path/],
    ['both kinds of message', { ws: 'send feed', json: 1, text: 'a' }, /either `json` or `text`/],
    ['no message', { ws: 'send feed' }, /either `json` or `text`/],
    ['nothing to wait for', { ws: 'await feed', match: {} }, /^match: expected at least one JSONPath/],
    ['a reply without a match', { ws: 'send feed', json: 1, reply: { timeout: '1s' } }, /^reply\.match/],
    ['a key of another action', { ws: 'close feed', json: 1 }, /Unrecognized key: "json"/],
    ['a key not built', { ws: 'send feed', json: 1, broadcast: {} }, /^: Unrecognized key: "broadcast"$/],
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
    expect(schema.anyOf).toHaveLength(4);
    expect(schema.anyOf.every(({ additionalProperties }) => !additionalProperties)).toBe(true);
    expect(JSON.stringify(schema)).not.toContain('$ref');
  });
});
