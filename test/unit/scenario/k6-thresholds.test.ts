// Thresholds of k6 in the list of promises: one promise each, and problems told where the threshold stands.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { loadPromises } from '../../../src/scenario/promises-file.ts';
import { changed, examine, problemsOf } from './read-fixture.ts';

/** Line 63, column 5 in place of one of the promises. */
const promised = (entry: string): string => changed('- recovery(slow-db) < 5s', `- ${entry}`);

/** Without the flow that speaks WebSocket: what k6 has of HTTP alone needs no name there. */
const httpOnly = (text: string): string =>
  text.replace(/ {2}watch:\n[\s\S]*?(?=^load:)/m, '').replace(/ {2}- flow: watch\n[\s\S]*?(?=^warmup:)/m, '');

const assertsOf = async (entry: string): Promise<string[]> => {
  const { loaded, diagnostics } = await examine(httpOnly(promised(entry)));
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
    const text = promised('"http_req_duration{name:query}": ["p(95)<500", "p(99)<1000"]').replace(
      'apdex(query, 500ms)',
      'apdex(qeury, 500ms)',
    );
    expect(await problemsOf(text)).toEqual(['rag.yml:68:11: unknown series `qeury` — did you mean `query`?']);
  });
});

describe('HTTP alone, in a scenario that speaks WebSocket as well', () => {
  const why = (metric: string): string =>
    `\`${metric}\` of k6 is about HTTP requests alone, and without a name it would be about all steps, also \`ws connect /stream\`, \`subscribe\`, \`say\` and 1 more — name a step, e.g. \`${metric}{name:query}\`, or promise what is meant in Mettle's words`;

  test.each([
    ["'http_req_failed: rate<0.01'", '63:5: ', 'http_req_failed'],
    ['http_req_failed: rate<0.01', '63:5: ', 'http_req_failed'],
    ['http_req_duration: ["p(95)<500", "p(99)<1000"]', '63:5: ', 'http_req_duration'],
    ['{ "http_req_failed{name:query}": ["rate<0.01"], http_reqs: ["rate>1"] }', '63:53: ', 'http_reqs'],
  ])('%s is told once, at its metric', async (entry, place, metric) => {
    expect(await problemsOf(promised(entry))).toEqual([`rag.yml:${place}${why(metric)}`]);
  });

  test('its place stays right behind entries of the catalogue', async () => {
    const entry = 'use: web-api\n    with: { series: query }\n  - http_req_failed: rate<0.01';
    expect(await problemsOf(promised(entry))).toEqual([`rag.yml:65:5: ${why('http_req_failed')}`]);
  });

  test('of a stored run, too, however it is written', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mettle-thresholds-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(
      join(folder, 'map.yml'),
      '- error_rate < 5%\n- http_req_failed: [rate<0.01, rate<0.05]\n',
    );
    await writeFile(join(folder, 'text.yml'), '- "http_req_failed: rate<0.01"\n');
    const series = (name: string, isHttp: boolean) => ({ name, hasDueTime: true, isMixed: false, isHttp });
    const judged = (file: string, isHttp: boolean) => {
      const known = {
        series: [series('query', true), series('say', isHttp)],
        ...{ faults: [], links: [], observed: [], scraped: null },
      };
      return loadPromises(file, { known, durationMicros: 1e8, warmupMicros: 0 }, () => undefined, folder);
    };
    await expect(judged('map.yml', false)).rejects.toThrow(
      /^map\.yml:2:3: `http_req_failed` of k6 .* also `say` — [^\n]*$/,
    );
    await expect(judged('text.yml', false)).rejects.toThrow(
      /text\.yml:1:3: `http_req_failed` of k6 .* also `say`/,
    );
    expect(await judged('map.yml', true)).toHaveLength(3);
  });

  test('a wait that is measured as a step is none of k6 either', async () => {
    const wait =
      '- until: answerId == "x"\n        name: finished\n        atMost: 3 times\n        steps:\n          - http: GET /done\n      ';
    const text = httpOnly(promised('http_req_failed: rate<0.01')).replace(
      '- think: 200ms',
      `${wait}- think: 200ms`,
    );
    const [problem, ...others] = await problemsOf(text);
    expect(problem).toMatch(/`http_req_failed` of k6 .* also `finished` — /);
    expect(others).toEqual([]);
  });
});

test('what is no threshold is still told as a promise that was not understood', async () => {
  expect(await problemsOf(promised('{ asert: p95 < 1s }'))).toEqual([
    'rag.yml:63:7: unknown key "asert" — did you mean "assert"?',
  ]);
});
