// WebSocket steps in a whole scenario: what is wrong is said where it stands, and names lead somewhere.

import { expect, test } from 'vitest';
import { changed, examine, problemsOf } from './read-fixture.ts';

const connect = 'as: feed\n        timeout: 3s';
const match = 'reply: { match: { $.type: subscribed } }';

test.each([
  [
    connect,
    `${connect}\n        reconnet: {}`,
    ['rag.yml:26:9: unknown key "reconnet" — did you mean "reconnect"?'],
  ],
  [
    connect,
    `${connect}\n        reconnect: { minn: 1s }`,
    ['rag.yml:26:22: unknown key "minn" — did you mean "min"?'],
  ],
  [
    connect,
    `${connect}\n        reconnect: {}\n        resend: [subscrib]`,
    ['rag.yml:27:18: unknown send on "feed" "subscrib" — did you mean "subscribe"?'],
  ],
  [
    connect,
    `${connect}\n        ping: 5s`,
    ['rag.yml:26:15: "5s" is not how often to ping, such as "every 5s" (at most every 10ms)'],
  ],
  [match, 'reply: { match: { txt: a } }', [/^rag\.yml:30:32: "txt" is not a JSONPath/]],
  [
    match,
    'reply: { match: { text: "{{nobody}}" } }',
    [/^rag\.yml:30:\d+: nothing is called \{\{nobody\}\} here/],
  ],
  [match, `wait: false\n        ${match}`, []],
  [match, `${match}\n        capture: { id: $.id }`, []],
  ['ws: close feed', 'ws: close fed', [/^rag\.yml:\d+:13: unknown socket "fed" — did you mean "feed"\?/]],
  ['ws: close feed', 'ws: await-close feed', []],
  ['ws: close feed', 'ws: ping feed', []],
  ['ws: close feed', 'ws: clse feed', [/expected one of connect, send, await, ping, close, await-close/]],
])('%s → %s', async (from, to, problems) => {
  const found = await problemsOf(changed(from, to));
  expect(found).toHaveLength(problems.length);
  for (const [index, problem] of problems.entries()) {
    if (typeof problem === 'string') expect(found[index]).toBe(problem);
    else expect(found[index]).toMatch(problem);
  }
});

test('what a reply holds may be read by later steps', async () => {
  const captured = changed(match, `${match}\n        capture: { room: $.room }`);
  const used = captured.replace('text: hello', 'text: "{{room}}"');
  expect(await problemsOf(used)).toEqual([]);
  expect((await examine(used)).warnings).toEqual([]);
});

test('the bytes of a message come from a file that is there', async () => {
  const [problem] = await problemsOf(
    changed("json: { type: subscribe, id: '{{uuid}}' }", 'binary: { file: nowhere.bin }'),
  );
  expect(problem).toMatch(/^rag\.yml:29:\d+: .*no such file/);
});
