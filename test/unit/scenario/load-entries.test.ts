// Load entries as written: every key resolved, every combination that means nothing refused at its place.

import { describe, expect, test } from 'vitest';
import { changed, examine, problemsOf, scenarioText } from './read-fixture.ts';

const watching = '  - flow: watch\n';
const withKeys = (keys: string): string => changed(watching, `${watching}    ${keys}\n`);

/** Two flows for the users. What is asked of arrivals alone makes no sense of them any more. */
const mixing = changed(watching, '  - flow: [watch, ask]\n').replace(
  'achieved(query) >= 99%',
  'error_rate < 9%',
);

const entryOf = async (text: string) => {
  const { loaded, diagnostics } = await examine(text);
  expect(diagnostics).toEqual([]);
  return loaded?.scenario.load[1];
};

describe('a load entry', () => {
  test.each([
    ['delay: 15s', { delayMicros: 15_000_000 }],
    ['every: 2s', { everyMicros: 2_000_000 }],
    ['iterations: 10 per user', { iterations: { count: 10, per: 'user' } }],
    ['iterations: 500 in total', { iterations: { count: 500, per: 'total' } }],
  ])('knows `%s`', async (keys, expected) => {
    expect(await entryOf(withKeys(keys))).toMatchObject({ model: 'users', ...expected });
  });

  test('may name several flows, each with its weight', async () => {
    const text = mixing.replace('  watch:\n', '  watch:\n    weight: 3\n');
    const { loaded } = await examine(text);
    expect(loaded?.scenario.load[1]).toMatchObject({ flows: ['watch', 'ask'] });
    expect(loaded?.scenario.flows).toMatchObject({ watch: { weight: 3 }, ask: { weight: 1 } });
  });

  test('makes the whole load longer by its delay', async () => {
    const { loaded } = await examine(withKeys('delay: 15s'));
    expect(loaded?.scenario.durationMicros).toBe(115_000_000);
  });

  test('is part of the scenario’s identity, with every key', async () => {
    const texts = [
      scenarioText,
      withKeys('delay: 1s'),
      withKeys('every: 2s'),
      withKeys('iterations: 5 per user'),
      withKeys('iterations: 5 in total'),
      mixing,
      mixing.replace('  watch:\n', '  watch:\n    weight: 3\n'),
    ];
    const hashes = await Promise.all(texts.map(async (text) => (await examine(text)).loaded?.scenario.hash));
    expect(new Set(hashes).size).toBe(texts.length);
  });
});

describe('what means nothing', () => {
  test.each([
    ['every: 2', 'rag.yml:47:12: 2 has no unit; write 2s or 2ms'],
    ['every: 0s', 'rag.yml:47:12: must be longer than 0'],
    ['delay: -1s', 'rag.yml:47:12: "-1s" is not a duration such as 300ms, 2s or 1m30s'],
    ['iterations: 10', 'rag.yml:47:17: expected "10 per user" or "500 in total"'],
    [
      'iterations: 0 per user',
      'rag.yml:47:17: "0 per user" is not a number of iterations: expected "10 per user" or "500 in total"',
    ],
    [
      'iterations: 1.5 in total',
      'rag.yml:47:17: "1.5 in total" is not a number of iterations: expected "10 per user" or "500 in total"',
    ],
    ['iteratons: 5 in total', 'rag.yml:47:5: unknown key "iteratons" — did you mean "iterations"?'],
    ['onLimit: queue', 'rag.yml:47:14: `onLimit` goes with `arrivals`, not with `users`'],
  ])('`%s` is refused', async (keys, problem) => {
    expect(await problemsOf(withKeys(keys))).toEqual([problem]);
  });

  test.each([
    ['    onLimit: drop', '    every: 2s', 'rag.yml:45:12: `every` goes with `users`'],
    ['    onLimit: drop', '    iterations: 5 per user', 'rag.yml:45:17: `iterations` goes with `users`'],
    ['flow: watch', 'flow: [watch, wacth]', 'rag.yml:46:19: unknown flow "wacth" — did you mean "watch"?'],
    [
      'flow: watch',
      'flow: [watch, watch]',
      'rag.yml:46:19: the flow "watch" is named twice — give it a `weight` instead',
    ],
    [
      'flow: watch',
      'flow: [watch, ask]',
      'rag.yml:64:5: `achieved` needs due times, and a part of the load of `query` has none — give the users `every`, or a flow of their own',
    ],
    ['flow: watch', 'flow: []', 'rag.yml:46:11: must not be empty'],
    ['  watch:\n', '  watch:\n    weight: 0\n', 'rag.yml:22:13: must be more than 0'],
  ])('%j as %j is refused', async (from, to, problem) => {
    expect(await problemsOf(changed(from, to))).toEqual([problem]);
  });
});

describe('what has no effect', () => {
  test.each([
    [
      changed('  watch:\n', '  watch:\n    weight: 3\n'),
      'rag.yml:22:5: no load entry picks between "watch" and another flow: its weight has no effect',
    ],
    [
      withKeys('iterations: 9 in total'),
      'rag.yml:47:17: 9 iterations in total are not enough for 50 users: some have nothing to do',
    ],
  ])('is warned about', async (text, warning) => {
    const { diagnostics, warnings } = await examine(text);
    expect(diagnostics).toEqual([]);
    expect(warnings.map(String)).toContain(warning);
  });

  test('is not said of weights that pick', async () => {
    const text = mixing.replace('  watch:\n', '  watch:\n    weight: 3\n');
    expect((await examine(text)).warnings.map(String).join()).not.toContain('weight');
  });
});
