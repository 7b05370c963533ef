// Promises as a scenario writes them: what the object form becomes, and what no run could judge.

import { describe, expect, test } from 'vitest';
import { unwatched, watchedNames } from '../../../src/scenario/checks/promise-watched.ts';
import { parsePromise } from '../../../src/slo/parse.ts';
import type { TargetSpec } from '../../../src/system/target-spec.ts';
import { changed, examine, problemsOf, scenarioText } from './read-fixture.ts';

const recovery = '- recovery(slow-db) < 5s';

/** Line 63, column 5 in place of one of the promises. */
const promised = (entry: string): string => changed(recovery, `- ${entry}`);

async function specOf(entry: string) {
  const { loaded, diagnostics } = await examine(promised(entry));
  expect(diagnostics).toEqual([]);
  return loaded?.scenario.slo[3];
}

test('the object form has all of its keys, the short form none', async () => {
  expect(
    await specOf(
      '{ assert: error_rate < 1%, severity: warn, window: 10s, abort: { after: 15s }, min_samples: 50, on_no_data: skip }',
    ),
  ).toEqual({
    ...{ assert: 'error_rate < 1%', severity: 'warn', windowMicros: 10_000_000 },
    ...{ abortAfterMicros: 15_000_000, minSamples: 50, onNoData: 'skip' },
  });
  expect(await specOf('error_rate < 1% over 10s')).toEqual({
    assert: 'error_rate < 1% over 10s',
    severity: 'fail',
  });
});

describe('wrong keys and values of the object form', () => {
  test.each([
    [
      'memory_share(target) < 80%',
      '63:5: `memory_share` is not seen of processes — name a container, e.g. `memory_share(service:<name>)`',
    ],
    [
      'sockets_left(service:db) <= 0',
      '63:5: `sockets_left` is not seen of containers — name a process that Mettle starts, e.g. `target`',
    ],
    [
      '{ assert: cpu(target, p95) < 80%, severity: warn }',
      '63:27: unknown key "p95) < 80%" — within braces a promise with a comma is quoted',
    ],
    ['{ assert: mean < 1s, min_samples: 0 }', '63:39: must be at least 1'],
    ['{ assert: mean < 1s, min_samples: 1.5 }', '63:39: expected a whole number, found the number 1.5'],
    ['{ assert: mean < 1s, min_samples: many }', '63:39: expected a number, found the text "many"'],
    [
      '{ assert: mean < 1s, on_no_data: pass }',
      '63:38: unknown word "pass" — known here: invalid, fail, warn, skip',
    ],
    [
      '{ assert: mean < 1s, on_no_date: skip }',
      '63:26: unknown key "on_no_date" — did you mean "on_no_data"?',
    ],
  ])('%s', async (entry, problem) => {
    expect(await problemsOf(promised(entry))).toEqual([`rag.yml:${problem}`]);
  });
});

describe('windows and stops that no run could judge', () => {
  const noShare = 'it allows no share of bad answers that could be counted';
  test.each([
    [
      '{ assert: mean < 1s over 10s, window: 10s }',
      '63:43: `window` and `over` say the same thing twice — leave one of them out',
    ],
    ['mean < 1s over 91s', '63:15: the window is longer than the load that is judged, 90s'],
    ['{ assert: mean < 1s over 91s }', '63:25: the window is longer than the load that is judged, 90s'],
    [
      '{ assert: "memory_growth(target) < 10%", window: 10s }',
      '63:54: `memory_growth` is about the whole run: it has no windows',
    ],
    [
      '{ assert: "burn(query, 99%) < 14 over 60s/5s", window: 10s }',
      '63:60: `burn` has windows of its own: `over 60s/5s`',
    ],
    [
      '{ assert: "p95 <= +10% vs last_green", window: 10s }',
      '63:52: what is relative to other runs has no windows',
    ],
    [
      '{ assert: "p95 <= +10% vs last_green", abort: { after: 10s } }',
      '63:51: a relative promise cannot stop a run: its limit is worked out when the run is over — add a promise with a limit of its own, and give that `abort`',
    ],
    [
      '{ assert: p99(query) / p50(query) < 5, abort: { after: 10s } }',
      `63:51: what is made of two metrics cannot stop a run: ${noShare} — use a percentile with \`<\`, or \`error_rate\``,
    ],
  ])('%s', async (entry, problem) => {
    expect(await problemsOf(promised(entry))).toEqual([`rag.yml:${problem}`]);
  });
});

describe('what is watched', () => {
  test.each([
    'cpu(target) < 80%',
    'memory(llm) < 1GiB',
    'memory(postgres) < 1GiB',
    'memory(extension) - memory(llm) < 1GiB',
  ])('is known by name: %s', async (entry) => {
    expect(await problemsOf(promised(entry))).toEqual([]);
  });

  test('what is not there has no name', async () => {
    const [problem] = await problemsOf(promised('cpu(postgers) < 80%'));
    expect(problem).toMatch(/^rag\.yml:63:9: .*`postgers`.* — did you mean `postgres`\?$/);
  });

  const check = async (text: string, change: Partial<TargetSpec>) => {
    const parsed = parsePromise(text);
    const { loaded } = await examine(scenarioText);
    if (!parsed.ok || loaded === undefined) throw new Error('the test is wrong');
    return unwatched(parsed.value.measure, parsed.positions, { ...loaded.target, ...change });
  };
  const nothing = { process: false, docker: false, prometheus: null };

  test.each([
    ['cpu(target) < 80%', 0, 'add to the target file: `observe: { process: true }`'],
    ['cpu(service:db) < 80%', 0, 'add to the target file: `observe: { docker: true }`'],
    ['metric(pool_in_use) < 16', 0, 'add to the target file: `observe: { prometheus: GET /metrics }`'],
    ['memory(service:db) - memory(llm) < 1GiB', 0, 'add to the target file: `observe: { docker: true }`'],
  ])('nobody watches that: %s', async (text, offset, suggestion) => {
    expect(await check(text, { observe: nothing })).toMatchObject({ offset, suggestion });
  });

  test('the other side of two is asked as well, and told where it stands', async () => {
    const observe = { ...nothing, docker: true };
    expect(await check('memory(service:db) - memory(llm) < 1GiB', { observe })).toMatchObject({
      offset: 21,
      message: '`memory` needs the processes to be watched',
    });
  });

  test('a target without a file is told to have one', async () => {
    const problem = await check('cpu(llm) < 80%', { observe: nothing, file: null });
    expect(problem?.suggestion).toBe('give the target a file of its own, with `observe: { process: true }`');
  });

  test('a target that runs elsewhere has no process to watch', async () => {
    const staging = { kind: 'url', http: 'http://127.0.0.1:1', ws: null } as const;
    const variants = { staging: { ...staging, environment: null, limits: null } };
    const observe = { ...nothing, process: true };
    const problem = await check('cpu(target) < 80%', { variants, observe });
    expect(problem?.message).toBe('`cpu(target)` is about a process, and Mettle does not start the target');
    const { loaded } = await examine(scenarioText);
    expect(loaded && watchedNames({ ...loaded.target, variants })).toEqual(['extension', 'postgres', 'llm']);
  });
});
