// Flows with branches, polls, hooks and data, written as a user would, through the command line against a real server.

import { createHmac } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { RunRecord } from '../../src/record/schema.ts';
import { lastRecord, openWorkspace, runMeasured, type Workspace } from '../support/cli.ts';

let workspace: Workspace;
let server: Server;
let url: string;
/** Every path that was asked for, with its headers; a run that is repeated on a busy machine asks again: see `last`. */
let asked: { path: string; headers: IncomingMessage['headers'] }[] = [];
const polls = new Map<string, number>();

/** A job is done when it has been asked for three times; odd ones fail then. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  const path = request.url ?? '';
  asked.push({ path, headers: request.headers });
  const [, kind, id = ''] = path.split('/');
  const json = (value: unknown): void => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  };
  if (kind === 'jobs' && request.method === 'POST') json({ id: String(asked.length) });
  else if (kind === 'jobs') {
    const times = (polls.get(id) ?? 0) + 1;
    polls.set(id, times);
    json({ state: times < 3 ? 'busy' : Number(id) % 2 === 0 ? 'done' : 'failed' });
  } else if (kind === 'slow') setTimeout(() => json({}), 300);
  else if (kind === 'fast') setTimeout(() => json({}), 80);
  else json({});
}

beforeAll(async () => {
  workspace = await openWorkspace();
  server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await workspace.close();
});
beforeEach(() => {
  asked = [];
  polls.clear();
});

const last = (count: number): typeof asked => asked.slice(-count);

async function scenario(name: string, lines: string, target = `{ http: '${url}' }`): Promise<string> {
  return await workspace.file(`${name}.yml`, `name: ${name}\ntarget: ${target}\n${lines}`);
}

const series = (record: RunRecord, name: string): RunRecord['series'][number] => {
  const found = record.series.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no series ${name}`);
  return found;
};

const examplesOf = (record: RunRecord, name: string): string =>
  series(record, name)
    .examples.map(({ example }) => example)
    .join('\n');

const load = (flow: string, rate: string): string =>
  `load:\n  - flow: ${flow}\n    arrivals: [{ rate: ${rate}, for: 1s }]\nslo: [p50(flow:${flow}) < 20s]\n`;

it('polls a job until it is done, and takes the branch that its end asks for', async () => {
  const file = await scenario(
    'jobs',
    `flows:
  jobs:
    steps:
      - { http: POST /jobs, name: create, capture: { id: $.id } }
      - until: state != "busy"
        name: finished
        every: 50ms
        atMost: 10 times
        steps:
          - { http: 'GET /jobs/{{id}}', name: poll, capture: { state: $.state } }
      - if: state == "done"
        then: [{ http: 'GET /results/{{id}}', name: result }]
        else: [{ http: 'GET /errors/{{id}}', name: failure }]
${load('jobs', '20/s')}`,
  );
  const result = await runMeasured(workspace, [file]);
  expect(result.exitCode, result.stdout + result.stderr).toBe(0);
  const record = lastRecord(workspace);
  expect(series(record, 'poll')).toMatchObject({ offered: 60, ok: 60 });
  const [good, bad] = [series(record, 'result'), series(record, 'failure')];
  expect(good.ok + bad.ok).toBe(20);
  expect(Math.min(good.ok, bad.ok)).toBeGreaterThan(0);
  for (const { path } of asked) {
    const [, kind, id] = path.split('/');
    if (kind === 'results') expect(Number(id) % 2).toBe(0);
    if (kind === 'errors') expect(Number(id) % 2).toBe(1);
  }
  // Three polls with 50 ms from the start of one to the start of the next.
  expect(series(record, 'finished').serviceMicros.p50).toBeGreaterThan(100_000);
});

it('fails what is not reached, and the promise about it', async () => {
  const file = await scenario(
    'never',
    `flows:
  never:
    steps:
      - until: state == "x"
        name: finished
        atMost: 2 times
        steps: [{ http: 'GET /jobs/{{iteration}}', name: poll, capture: { state: $.state } }]
load: [{ flow: never, arrivals: [{ rate: 20/s, for: 1s }] }]
slo: [error_rate(finished) < 5%, error_rate(poll) < 5%]
`,
  );
  const result = await runMeasured(workspace, [file]);
  expect(result.exitCode, result.stdout + result.stderr).toBe(1);
  const record = lastRecord(workspace);
  expect(series(record, 'poll')).toMatchObject({ offered: 40, ok: 40 });
  expect(series(record, 'finished')).toMatchObject({ offered: 20, ok: 0, errors: { expectation: 20 } });
  expect(examplesOf(record, 'finished')).toMatch(/not reached in 2 turns \(state is "\w+"\)/);
});

it('goes on without waiting, and waits at the end', async () => {
  const file = await scenario(
    'background',
    `flows:
  page:
    steps:
      - { http: GET /slow, name: slow, wait: false }
      - { http: GET /fast, name: fast }
${load('page', '20/s')}`,
  );
  const result = await runMeasured(workspace, [file]);
  expect(result.exitCode, result.stdout + result.stderr).toBe(0);
  const record = lastRecord(workspace);
  const p50 = (name: string): number => series(record, name).serviceMicros.p50 ?? 0;
  expect(p50('fast')).toBeLessThan(p50('slow') / 2);
  expect(p50('flow:page')).toBeGreaterThanOrEqual(299_000);
  expect(p50('flow:page')).toBeLessThan(p50('slow') + p50('fast'));
});

const hooked = (module: string): string => `hooks: ${module}
flows:
  signed:
    steps:
      - { call: sign, with: { body: 'b{{iteration}}' }, capture: signature }
      - { http: 'GET /signed/b{{iteration}}', name: signed, headers: { signature: '{{signature}}' } }
      - { call: refuse, onError: continue }
load: [{ flow: signed, arrivals: [{ rate: 20/s, for: 1s }] }]
slo: [p50(signed) < 20s]
`;

const body = `
  await Promise.resolve();
  console.log('a word of the hook');
  return createHmac('sha256', key).update(input.body).digest('hex');
}
export function refuse({ user }) {
  throw new Error('user ' + user + ' is refused');
}
`;

it.each([
  [
    'hooks.ts',
    `import { createHmac } from 'node:crypto';
import type { HookContext } from 'mettle';
import { key } from './key.ts';
export async function sign(_context: HookContext, input: { body: string }): Promise<string> {${body.replace('{ user }', '{ user }: HookContext')}`,
  ],
  [
    'hooks.mjs',
    `import { createHmac } from 'node:crypto';
const key = 'k';
export async function sign(context, input) {${body}`,
  ],
])('calls functions of %s', async (module, source) => {
  await workspace.file('key.ts', "export const key: string = 'k';\n");
  await workspace.file(module, source);
  const file = await scenario('signed', hooked(module));
  const result = await runMeasured(workspace, [file]);
  expect(result.exitCode, result.stdout + result.stderr).toBe(0);
  expect(result.stdout).not.toContain('a word of the hook');
  expect(result.stderr).toContain('a word of the hook');
  expect(asked.length % 20).toBe(0);
  for (const { path, headers } of last(20)) {
    const expected = createHmac('sha256', 'k').update(path.slice('/signed/'.length)).digest('hex');
    expect(headers['signature']).toBe(expected);
  }
  const record = lastRecord(workspace);
  expect(series(record, 'call sign')).toMatchObject({ offered: 20, ok: 20 });
  expect(series(record, 'call refuse')).toMatchObject({ ok: 0, errors: { expectation: 20 } });
  expect(examplesOf(record, 'call refuse')).toMatch(/^refuse: user \d+ is refused$/m);
});

it('says that hooks run code, without running it', async () => {
  await workspace.file(
    'loud.mjs',
    "console.log('I ran'); export function sign() {} export function refuse() {}",
  );
  const file = await scenario('loud', hooked('loud.mjs'));
  const result = await workspace.run(['validate', file]);
  expect(result.exitCode, result.stderr).toBe(0);
  expect(result.stdout + result.stderr).toContain('runs code: hooks of the scenario: `loud.mjs`');
  expect(result.stdout + result.stderr).not.toContain('I ran');
});

it.each([
  [
    'throws.mjs',
    "throw new Error('no database'); export const sign = 1, refuse = 2;",
    /throws\.mjs cannot be loaded: no database/,
  ],
  ['lacks.mjs', "export * from './empty.mjs';", /lacks\.mjs exports no function "sign"/],
  [
    'away.ts',
    "import { key } from './nowhere.ts'; export const sign = (): string => key, refuse = sign;",
    /nowhere\.ts/,
  ],
])('refuses a module that cannot be used before anything is sent: %s', async (module, source, message) => {
  await workspace.file('empty.mjs', 'export {};\n');
  await workspace.file(module, source);
  const result = await workspace.run(['run', await scenario('broken', hooked(module))]);
  expect(result.exitCode, result.stdout + result.stderr).toBe(2);
  expect(result.stderr).toMatch(message);
  expect(asked).toEqual([]);
});

const accounts = (pick: string): string => `data:
  accounts: { file: accounts.csv, pick: ${pick}, types: { id: number } }
flows:
  login:
    steps: [{ http: 'GET /login/{{accounts.name}}', name: login }]
load: [{ flow: login, arrivals: [{ rate: 20/s, for: 1s }] }]
slo: [error_rate(login) < 10%]
`;

it('gives each arrival a row of its own, over all threads, and fails when they run out', async () => {
  const rows = Array.from({ length: 15 }, (_, n) => `${n},"name ${n}"`);
  await workspace.file('accounts.csv', `id,name\n${rows.join('\n')}\n`);
  const file = await scenario('accounts', accounts('unique'));
  const result = await runMeasured(workspace, [file, '--threads', '2']);
  expect(result.exitCode, result.stdout + result.stderr).toBe(1);
  expect(result.stderr).toContain('the feed "accounts" has 15 rows, and the load may ask for row 20');
  expect(
    last(15)
      .map(({ path }) => path)
      .sort(),
  ).toEqual(rows.map((_, n) => `/login/name%20${n}`).sort());
  const record = lastRecord(workspace);
  expect(series(record, 'login')).toMatchObject({ offered: 20, ok: 15, errors: { expectation: 5 } });
  expect(examplesOf(record, 'login')).toMatch(
    /accounts.* has run out: row \d+ of 15 was asked for, and each is used once/,
  );
});

it('begins anew when it is told to', async () => {
  await workspace.file('accounts.csv', 'id,name\n1,a\n2,b\n');
  const file = await scenario('recycled', accounts('unique, whenOut: recycle'));
  const result = await runMeasured(workspace, [file]);
  expect(result.exitCode, result.stdout + result.stderr).toBe(0);
  expect(last(20).filter(({ path }) => path === '/login/a')).toHaveLength(10);
});

it('refuses to start without a secret that the steps read', async () => {
  const target = await workspace.file(
    'target.yml',
    `name: t\nvariants: { only: { http: '${url}' } }\nsecrets: [RAG_TOKEN]\n`,
  );
  const lines = `flows: { a: { steps: [{ http: GET /a, headers: { x: '{{env.RAG_TOKEN}}' } }] } }\n${load('a', '20/s')}`;
  const file = await scenario('secret', lines, JSON.stringify(target));
  const without = await workspace.run(['run', file]);
  expect(without.exitCode, without.stdout).toBe(2);
  expect(without.stderr).toContain('the scenario reads RAG_TOKEN, and it is not set');
  expect(asked).toEqual([]);
  const set = await runMeasured(workspace, [file], { env: { RAG_TOKEN: 'abcdef' } });
  expect(set.exitCode, set.stdout + set.stderr).toBe(0);
  expect(asked[0]?.headers['x']).toBe('abcdef');
});
