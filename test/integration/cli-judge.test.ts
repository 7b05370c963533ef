// `mettle report --judge`: a real run judged again by other promises, from its stored record alone; and relative promises.

import { cpSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openWorkspace, readRun, recordFolders, runMeasured, type Workspace } from '../support/cli.ts';

let workspace: Workspace;
let url: string;
let scenario: string;
let record: string;
const server = createServer((_request, response) => response.end('hello'));

const scenarioText = (slo: readonly string[]): string => `
name: hello
target: { http: "${url}" }
flows:
  main:
    steps:
      - http: GET /
        name: hello
load:
  - flow: main
    arrivals: [{ rate: 60/s, for: 4s }]
slo:
${slo.map((promise) => `  - ${promise}`).join('\n')}
`;

beforeAll(async () => {
  workspace = await openWorkspace();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  scenario = await workspace.file('hello.yml', scenarioText(['p50(hello) < 10s', 'error_rate < 5%']));
  // A busy machine makes a run degraded: it still passes, but what harsher promises say of it is nobody's fault.
  for (let attempt = 1; attempt <= 4; attempt += 1) {
    const result = await runMeasured(workspace, [scenario]);
    expect(result.exitCode, result.stderr).toBe(0);
    record = recordFolders(workspace).at(-1)!;
    const { level, measures } = readRun(record).health;
    const lag = measures.find(({ name }) => name === 'schedule lag p99');
    if (level === 'good' || (lag !== undefined && lag.value <= 20_000)) break;
  }
});
afterAll(async () => {
  server.close();
  await workspace.close();
});

it('by its own promises gives the verdict and the values that it had', async () => {
  const result = await workspace.run(['report', record, '--judge', scenario, '--json']);
  expect(result.exitCode, result.stderr).toBe(0);
  const first = readRun(record);
  const again = readRun(join(record, 'judged-hello'));
  expect(again.judgedFrom).toBe(first.id);
  expect(first.judgedFrom).toBeUndefined();
  expect(again.slo).toEqual(first.slo);
  expect(again.verdict).toEqual(first.verdict);
  expect(again.phases).toEqual(first.phases);
});

it('by harsher ones fails, and leaves the record as it was', async () => {
  const before = readFileSync(join(record, 'run.json'));
  const file = await workspace.file('harsh.yml', 'slo:\n  - p50(hello) < 1us\n');
  const result = await workspace.run(['report', record, '--judge', file]);
  expect(result.exitCode, result.stderr).toBe(1);
  expect(result.stdout).toMatch(/verdict: fail[\s\S]*report: .*judged-harsh/);
  expect(readFileSync(join(record, 'run.json')).equals(before)).toBe(true);
});

const wrong: readonly (readonly [string, string, RegExp])[] = [
  ['a series that it does not have', 'slo: [p50(helo) < 1s]\n', /series `helo`.*did you mean `hello`/],
  ['a word that is none', 'slo: [p50(hello) < 1s]\nflow: 1\n', /unknown key "flow"/],
  ['no promise', 'slo: []\n', /there is no promise/],
];

it.each(wrong)('refuses a file with %s', async (_says, text, message) => {
  const file = await workspace.file('wrong.yml', text);
  const result = await workspace.run(['report', record, '--judge', file]);
  expect(result.exitCode).toBe(2);
  expect(result.stderr).toMatch(message);
});

it('does not judge a record over, neither its own nor another', async () => {
  const other = join(workspace.folder, 'another');
  cpSync(record, other, { recursive: true });
  for (const out of [record, other]) {
    const result = await workspace.run(['report', record, '--judge', scenario, '--out', out]);
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toContain('not judged over');
  }
});

it('writes over what it judged before, and judges no judgement', async () => {
  const out = join(workspace.folder, 'judged');
  for (let times = 0; times < 2; times += 1) {
    const result = await workspace.run(['report', record, '--judge', scenario, '--out', out]);
    expect(result.exitCode, result.stderr).toBe(0);
  }
  const again = await workspace.run(['report', out, '--judge', scenario]);
  expect(again.exitCode).toBe(2);
  expect(again.stderr).toContain('was judged again already');
});

it('a promise relative to the last green run: skipped before there is one, then held against it', async () => {
  const relative = '{ assert: p50(hello) <= +10000% vs last_green, on_no_data: skip }';
  const file = await workspace.file('relative.yml', scenarioText(['error_rate < 5%', relative]));
  const first = await runMeasured(workspace, [file]);
  expect(first.exitCode, first.stdout).toBe(0);
  const green = readRun(recordFolders(workspace).at(-1)!);
  expect(green.slo[1]).toMatchObject({ status: 'not judged', limit: null });
  const known = new Set(recordFolders(workspace));
  const second = await runMeasured(workspace, [file]);
  expect(second.exitCode, second.stdout).toBe(0);
  const folder = recordFolders(workspace)
    .filter((name) => !known.has(name))
    .at(-1)!;
  expect(readRun(folder).slo[1]).toMatchObject({ status: 'pass', baseline: { runs: [green.id] } });
  // As the run itself did: in the history, when the record is gone.
  for (const name of known) if (readRun(name).id === green.id) rmSync(name, { recursive: true });
  await workspace.run(['report', folder, '--judge', file, '--out', join(workspace.folder, 'kept')]);
  expect(readRun(join(workspace.folder, 'kept')).slo[1]).toMatchObject({ baseline: { runs: [green.id] } });
  const itself = await workspace.file(
    'itself.yml',
    `slo:\n  - p50(hello) <= +1% vs pinned(${readRun(folder).id})\n`,
  );
  const judged = await workspace.run(['report', folder, '--judge', itself]);
  expect(judged.exitCode, judged.stdout).toBe(3);
  expect(judged.stdout).toContain('itself');
});
