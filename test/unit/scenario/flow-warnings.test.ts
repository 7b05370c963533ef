// What is worth a word about flows and data, and is no reason to stop.

import { expect, it } from 'vitest';
import { changed, examine, problemsOf } from './read-fixture.ts';

const warningsOf = async (from: string, to: string): Promise<readonly string[]> => {
  const { diagnostics, warnings } = await examine(changed(from, to));
  expect(diagnostics).toEqual([]);
  return warnings;
};
const pause = '- think: 200ms..800ms';
const capturing = "{ http: 'GET /b', name: b, capture: { b: $.id } }";
const doubtful = (line: string): string =>
  `rag.yml:${line}: {{b}} has a value only on some ways to this step — give it a default, such as {{b | none}}`;

it('a name that is captured in one branch only', async () => {
  const read = "\n      - { http: 'GET /c/{{b}}', name: c }";
  const one = `- if: answerId\n        then: [${capturing}]${read}`;
  expect(await warningsOf(pause, one)).toEqual([doubtful('19:27')]);
  expect(await warningsOf(pause, one.replace('{{b}}', '{{b | 0}}'))).toEqual([]);
  const both = `- if: answerId\n        then: [${capturing}]\n        else: [${capturing.replace('name: b', 'name: b2')}]${read}`;
  expect(await warningsOf(pause, both)).toEqual([]);
});

it('a name that an earlier turn, or an answer that nobody waits for, may not have brought yet', async () => {
  const turns = `- repeat: 2 times\n        steps: [{ http: 'GET /c/{{b}}', name: c }, ${capturing}]`;
  expect(await warningsOf(pause, turns)).toEqual([doubtful('18:35')]);
  const early = `- ${capturing.replace(' }', ' }, wait: false')}\n      - { http: 'GET /c/{{b}}', name: c }`;
  expect(await warningsOf(pause, early)).toEqual([doubtful('18:27')]);
});

it('a condition may ask whether a name has a value, but not for one that nothing brings', async () => {
  const loop = `- repeat: 2 times\n        steps: [{ if: not b, then: [${capturing}] }]`;
  expect(await warningsOf(pause, loop)).toEqual([]);
  expect(await problemsOf(changed(pause, loop.replace('not b', 'not c')))).toEqual([
    'rag.yml:18:27: nothing is called {{c}} here — known: answerId, b, questions.text, questions.topic, env, iteration, now, random, sent, user, uuid',
  ]);
});

it('a poll that no promise looks at', async () => {
  const poll = `- until: b == 1\n        within: 5s\n        steps: [${capturing}]`;
  expect(await warningsOf(pause, poll)).toEqual([
    'rag.yml:17:9: when "b == 1" is not reached, only iterations fail, and no promise is about them — give the `until` a name, or promise something of flow:ask',
  ]);
  expect(await warningsOf(pause, `${poll}\n        name: finished`)).toEqual([]);
});

it('a unique feed that is too short for its load', async () => {
  expect(await warningsOf('pick: random', 'pick: unique')).toEqual([
    'rag.yml:6:3: the feed "questions" has 2 rows, and the load may ask for row 3125 — add rows, or say `whenOut: recycle`',
  ]);
  expect(await warningsOf('pick: random', 'pick: unique, whenOut: recycle')).toEqual([]);
});

it('names that a promise can be about', async () => {
  const poll = `- until: b == 1\n        within: 5s\n        name: finished\n        steps: [${capturing}]`;
  const text = changed(pause, poll).replace('p95(query) < 2s', 'p95(finished) < 2s');
  expect(await problemsOf(text)).toEqual([]);
});
