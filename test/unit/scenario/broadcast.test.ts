// Broadcasts in scenario files: who is a subscriber by default, what is refused and where, and which flows belong together.

import { describe, expect, it, test } from 'vitest';
import { broadcastFlows } from '../../../src/scenario/broadcast-joined.ts';
import type { Scenario } from '../../../src/scenario/scenario.ts';
import { allSteps } from '../../../src/scenario/walk-steps.ts';
import { changed, examine, problemsOf } from './read-fixture.ts';

const reply = "reply: { match: { $.id: '{{sent.id}}' }, timeout: 2s }";
const wellWritten = 'broadcast: { match: { $.type: said }, id: $.id }';

/** The example with a broadcast, and perhaps more of it changed. */
function withBroadcast(
  broadcast: string,
  ...changes: readonly (readonly [from: string, to: string])[]
): string {
  const text = changed(reply, `${reply}\n            ${broadcast}`);
  return changes.reduce((before, [from, to]) => {
    if (!before.includes(from)) throw new Error(`the fixture does not hold ${JSON.stringify(from)}`);
    return before.replace(from, () => to);
  }, text);
}

async function scenarioOf(text: string): Promise<Scenario> {
  const { loaded, diagnostics } = await examine(text);
  expect(diagnostics).toEqual([]);
  if (loaded === undefined) throw new Error('the scenario is wrong');
  return loaded.scenario;
}

async function joinedOf(text: string): Promise<readonly string[] | undefined> {
  const say = allSteps((await scenarioOf(text)).flows).find(
    ({ step }) => 'name' in step && step.name === 'say',
  );
  return say?.step.kind === 'ws' && say.step.action === 'send' ? say.step.broadcast?.joined : undefined;
}

const subscribe =
  /\n {6}- ws: send feed\n {8}name: subscribe[^]*?subscribed } }\n/.exec(changed('seed', 'seed'))?.[0] ?? '';
const repeat = '      - repeat: 20 times every 500ms\n        steps:\n';

describe('who is a subscriber, when nothing is said', () => {
  it('is whoever has taken the step before the repetition', async () => {
    expect(await joinedOf(withBroadcast(wellWritten))).toEqual(['subscribe']);
  });

  it('is whoever has connected, when there is no other step on the socket', async () => {
    expect(await joinedOf(withBroadcast(wellWritten, [subscribe, '\n']))).toEqual(['ws connect /stream']);
  });

  it('is not changed by steps inside the repetition, nor by another message that is broadcast', async () => {
    const inside = `${repeat}          - { ws: send feed, name: typing, text: typing }\n`;
    expect(await joinedOf(withBroadcast(wellWritten, [repeat, inside]))).toEqual(['subscribe']);
    const shout = `      - { ws: send feed, name: shout, json: { id: '{{uuid}}' }, ${wellWritten} }\n${repeat}`;
    expect(await joinedOf(withBroadcast(wellWritten, [repeat, shout]))).toEqual(['subscribe']);
  });

  it('is the step before in the same turn, when each turn connects anew', async () => {
    const turn = [
      '          - { ws: connect /stream, as: room, name: dial }',
      '          - { ws: send room, name: enter, text: enter }',
      '',
    ].join('\n');
    const text = withBroadcast(
      wellWritten,
      [repeat, `${repeat}${turn}`],
      ['- ws: send feed\n            name: say', '- ws: send room\n            name: say'],
    );
    expect(await joinedOf(text)).toEqual(['enter']);
  });

  it('stays as written, when it is written', async () => {
    const written = wellWritten.replace('id:', 'joined: [subscribe, ws connect /stream], id:');
    expect(await joinedOf(withBroadcast(written))).toEqual(['subscribe', 'ws connect /stream']);
  });
});

describe('what is refused', () => {
  const broadcast = (fields: string): string => withBroadcast(`broadcast: { ${fields} }`);
  test.each([
    [
      'a match with a template',
      broadcast("match: { $.id: '{{sent.id}}' }, id: $.id"),
      'rag.yml:37:41: `match` of a broadcast holds no templates — which message it is a copy of is told by `id`',
    ],
    [
      'an identity that is not sent',
      broadcast('match: { $.type: said }, id: $.messageId'),
      'rag.yml:37:55: the message that is sent has nothing at $.messageId',
    ],
    [
      'an identity that never changes',
      broadcast('match: { $.type: said }, id: $.text'),
      'rag.yml:37:55: every message would have the same identity — give each message one of its own, such as "{{uuid}}"',
    ],
    [
      'an identity that is a map',
      broadcast('match: { $.type: said }, id: $'),
      'rag.yml:37:55: what is at $ is no text or number',
    ],
    [
      'subscribers by a step that does not exist',
      broadcast('match: { $.type: said }, id: $.id, joined: subscrib'),
      'rag.yml:37:69: unknown WebSocket step "subscrib" — did you mean "subscribe"?',
    ],
    [
      'subscribers by a step that makes none',
      broadcast('match: { $.type: said }, id: $.id, joined: [subscribe, query]'),
      'rag.yml:37:81: the step "query" does not make a socket a subscriber — name a `ws` step that connects, sends or awaits',
    ],
    [
      'another key',
      broadcast('match: { $.type: said }, id: $.id, timeot: 1s'),
      'rag.yml:37:61: unknown key "timeot" — did you mean "timeout"?',
    ],
  ])('%s', async (_, text, problem) => {
    expect(await problemsOf(text)).toEqual([problem]);
  });

  it('a text that never changes', async () => {
    const json = "json: { type: say, id: '{{uuid}}', text: hello }";
    const text = withBroadcast(wellWritten, [json, 'text: hello'], [reply, 'onError: continue']);
    expect(await problemsOf(text)).toEqual([
      'rag.yml:37:55: every message would have the same identity — give each message one of its own, such as "{{uuid}}"',
    ]);
  });

  it('subscribers that depend on a branch', async () => {
    const branch =
      "      - if: 'user > 3'\n        then:\n          - { ws: send feed, name: enter, text: enter }\n";
    expect(await problemsOf(withBroadcast(wellWritten, [repeat, branch + repeat]))).toEqual([
      expect.stringContaining(
        'who is a subscriber depends on a branch — name the step with `joined`',
      ) as string,
    ]);
  });

  it('subscribers whose flow is not in the load', async () => {
    const idle = 'flows:\n  idle:\n    steps:\n      - { ws: connect /stream, as: feed, name: idling }\n';
    const text = withBroadcast(wellWritten.replace('id:', 'joined: idling, id:'), ['flows:\n', idle]);
    expect(await problemsOf(text)).toEqual([
      expect.stringContaining('nobody would be a subscriber: "idle" is not in the load') as string,
    ]);
  });
});

describe('flows that belong together', () => {
  it('are those that publish and those whose steps make subscribers', async () => {
    const flow =
      'flows:\n  listen:\n    steps:\n      - { ws: connect /stream, as: feed, name: listening }\n';
    const text = withBroadcast(
      wellWritten.replace('id:', 'joined: listening, id:'),
      ['flows:\n', flow],
      ['load:\n', 'load:\n  - { flow: listen, users: [{ users: 5, for: 10s }] }\n'],
    );
    expect([...broadcastFlows((await scenarioOf(text)).flows)].sort()).toEqual(['listen', 'watch']);
  });

  it('are none without a broadcast', async () => {
    expect(broadcastFlows((await scenarioOf(changed('seed', 'seed'))).flows).size).toBe(0);
  });
});
