// Thresholds of k6 in the list of promises: one promise each, and problems told where the threshold stands.

import { describe, expect, test } from 'vitest';
import { changed, examine, problemsOf } from './read-fixture.ts';

/** Line 63, column 5 in place of one of the promises. */
const promised = (entry: string): string => changed('- recovery(slow-db) < 5s', `- ${entry}`);

const assertsOf = async (entry: string): Promise<string[]> => {
  const { loaded, diagnostics } = await examine(promised(entry));
  expect(diagnostics).toEqual([]);
  return (loaded?.scenario.slo ?? []).map(({ assert }) => assert);
};

test('each threshold becomes a promise, in its place', async () => {
  const asserts = await assertsOf('http_req_duration: ["p(95)<500", "p(99)<1000"]');
  expect(asserts).toHaveLength(9);
  expect(asserts.slice(2, 6)).toEqual([
    'error_rate(query) < 5% during fault:slow-db',
    'p95 < 500ms',
    'p99 < 1s',
    'achieved(query) >= 99%',
  ]);
});

test.each([
  ['http_req_failed: rate<0.01', ['error_rate < 1%']],
  ['"http_req_duration{name:query}": ["p(95)<500"]', ['p95(query) < 500ms']],
  ['{ http_req_failed: ["rate<0.01"], http_req_duration: ["avg<200"] }', ['error_rate < 1%', 'mean < 200ms']],
])('%s', async (entry, expected) => {
  expect((await assertsOf(entry)).slice(3, 3 + expected.length)).toEqual(expected);
});

describe('what is wrong with one', () => {
  test.each([
    [
      'http_req_duration: ["p(95)<500", "p(95)=500"]',
      'rag.yml:63:44: unknown comparison `=` — use `<`, `<=`, `>` or `>=`',
    ],
    ['http_req_duration: []', 'rag.yml:63:24: must not be empty'],
    ['http_req_duration: [5]', 'rag.yml:63:25: expected a threshold such as "p(95)<500", found the number 5'],
    [
      'http_req_duration: [{ threshold: "p(95)<500", abortOnFail: true }]',
      'rag.yml:63:25: a threshold with more than its text is a promise of its own here — e.g. `{ assert: p95 < 500ms, abort: { after: 10s } }`',
    ],
    [
      '"http_req_duration{name:qeury}": ["p(95)<500"]',
      'rag.yml:63:39: unknown series `qeury` — did you mean `query`?',
    ],
  ])('%s', async (entry, problem) => {
    expect(await problemsOf(promised(entry))).toEqual([problem]);
  });

  test('a metric that k6 has and Mettle has not is told at its name', async () => {
    const [problem] = await problemsOf(promised('http_req_blocked: ["p(95)<500"]'));
    expect(problem).toMatch(/^rag\.yml:63:5: `http_req_blocked`/);
  });

  test('places behind it stay right', async () => {
    const text = promised('http_req_duration: ["p(95)<500", "p(99)<1000"]').replace(
      'apdex(query, 500ms)',
      'apdex(qeury, 500ms)',
    );
    expect(await problemsOf(text)).toEqual(['rag.yml:68:11: unknown series `qeury` — did you mean `query`?']);
  });
});

test('what is no threshold is still told as a promise that was not understood', async () => {
  expect(await problemsOf(promised('{ asert: p95 < 1s }'))).toEqual([
    'rag.yml:63:7: unknown key "asert" — did you mean "assert"?',
  ]);
});
