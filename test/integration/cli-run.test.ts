// `mettle run`: exit codes, what is printed where, what is written, what is refused before anything is sent.

import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { runRecordSchema } from '../../src/record/schema.ts';
import {
  type CliResult,
  lastRecord,
  openWorkspace,
  recordFolders,
  runMeasured,
  type Workspace,
} from '../support/cli.ts';
import { writeScenario, writeTarget } from '../support/short-scenarios.ts';

let workspace: Workspace;
let server: Server;
let url: string;
let asked = 0;

beforeAll(async () => {
  workspace = await openWorkspace();
  server = createServer((request, response) => {
    asked += 1;
    response.writeHead(request.url === '/broken' ? 500 : 200).end('hello');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await workspace.close();
});
beforeEach(() => {
  asked = 0;
});

const load = ['--rate', '40/s', '--for', '1s'];
const said = ({ stdout, stderr }: CliResult): string => `${stdout}\n${stderr}`;
const escape = '\u001b';

it('exits with 0 and leaves a record and a report when every promise is kept', async () => {
  const slo = ['--slo', 'p50 < 10s', '--slo', 'error_rate < 5%'];
  const result = await runMeasured(workspace, [`${url}/`, ...load, ...slo]);
  expect(result.exitCode, said(result)).toBe(0);
  expect(result.stdout).toMatch(/pass {2}p50 < 10s {2}measured .+ over 40 samples/);
  expect(result.stdout).toContain('verdict: pass');
  const folder = recordFolders(workspace).at(-1)!;
  expect(result.stdout).toContain(`report:  ${join(folder, 'report.html')}`);
  expect(readdirSync(folder)).toEqual(expect.arrayContaining(['run.json', 'latency.hlog', 'report.html']));
  const record = lastRecord(workspace);
  expect(record.series.find(({ kind }) => kind === 'step')).toMatchObject({ offered: 40, ok: 40 });
  expect(record.environment.proxy).toBe('none');
  // Neither stream is a terminal here.
  expect(result.stdout + result.stderr).not.toContain(escape);
});

it('does not pass on what was answered in the warm-up alone', async () => {
  const file = await workspace.file(
    'early.yml',
    `name: early
target: { http: "${url}" }
flows: { ask: { steps: [{ http: GET / }] } }
load: [{ flow: ask, users: [{ users: 2, for: 5s }], iterations: 10 in total }]
warmup: 4s
`,
  );
  const result = await runMeasured(workspace, [file]);
  expect(result.exitCode, said(result)).toBe(3);
  expect(asked).toBe(10);
  expect(result.stdout).toContain('no traffic: nothing was offered after the warm-up');
});

it('exits with 1 when a promise is broken, and says which', async () => {
  const result = await runMeasured(workspace, [`${url}/broken`, ...load, '--slo', 'error_rate < 5%']);
  expect(result.exitCode, said(result)).toBe(1);
  expect(result.stdout).toMatch(/verdict: fail\n {2}error_rate < 5%: /);
});

it('prints the verdict document and nothing else with --json, and no progress with --quiet', async () => {
  const flags = ['--slo', 'p50 < 10s', '--json', '--quiet'];
  const result = await runMeasured(workspace, [url, ...load, ...flags]);
  expect(result.exitCode, said(result)).toBe(0);
  const document = JSON.parse(result.stdout) as { report: string };
  expect(runRecordSchema.parse(document).verdict).toEqual({ status: 'pass', reasons: [], exitCode: 0 });
  expect(existsSync(document.report)).toBe(true);
  expect(result.stderr).toBe('');
});

it('judges a server that nobody can reach: every request has failed', async () => {
  const args = ['http://127.0.0.1:1/', ...load, '--slo', 'error_rate < 5%', '--json'];
  const result = await runMeasured(workspace, args);
  expect(result.exitCode, said(result)).toBe(1);
  const series = lastRecord(workspace).series.find(({ kind }) => kind === 'step');
  expect(series).toMatchObject({ offered: 40, failed: 40, errors: { connect: 40 } });
});

it('is never green when nothing answered and nothing was promised', async () => {
  const result = await workspace.run(['run', 'http://127.0.0.1:1/', ...load]);
  expect(result.exitCode).toBe(3);
  expect(result.stdout).toContain('verdict: invalid');
});

it.each([
  [['http://192.0.2.8:81/', '--allow', '192.0.2.9', ...load], '192.0.2.8'],
  [['http://192.0.2.7:81/', ...load], '192.0.2.7'],
])('refuses a host that is not this machine without --allow: %j', async (args, host) => {
  const before = recordFolders(workspace).length;
  const result = await workspace.run(['run', ...args]);
  expect(result.exitCode).toBe(2);
  expect(result.stderr).toContain(host);
  expect(result.stderr).toContain('--allow');
  expect(recordFolders(workspace)).toHaveLength(before);
});

it('refuses a promise that it does not understand, with its position and a suggestion', async () => {
  const result = await workspace.run([
    'run',
    url,
    ...load,
    '--slo',
    'p95 < 200ms',
    '--slo',
    'eror_rate < 1%',
  ]);
  expect(result.exitCode).toBe(2);
  expect(result.stderr).toContain('--slo "eror_rate < 1%", character 1: ');
  expect(result.stderr).toContain('error_rate');
  expect(result.stdout).toBe('');
  expect(asked).toBe(0);
});

it('refuses a scenario with a wrong key at file:line:column, with a suggestion', async () => {
  const target = await writeTarget(workspace);
  const more = ['warmpu: 1s'];
  const path = await writeScenario(workspace, { name: 'wrong', target, more });
  const result = await workspace.run(['run', path]);
  expect(result.exitCode).toBe(2);
  expect(result.stderr).toMatch(/wrong\.yml:6:1: .*warmpu/);
  expect(result.stderr).toContain('warmup');
});

it('shows with --dry-run what would be injected and how it is undone, and does none of it', async () => {
  const target = await writeTarget(workspace, { name: 'dry', backend: true });
  const slow = {
    id: 'slow',
    at: '500ms',
    for: '1s',
    fault: 'latency',
    on: 'backend',
    with: { latency: '90ms' },
  };
  const path = await writeScenario(workspace, { name: 'dry', target, path: '/via', chaos: [slow] });
  const before = recordFolders(workspace).length;
  const result = await workspace.run(['run', path, '--dry-run']);
  expect(result.exitCode, said(result)).toBe(0);
  expect(result.stdout).toMatch(/would start: node .*service\.mjs/);
  expect(result.stdout).toMatch(/would .*latency.*backend.*; undo: .*/);
  expect(result.stdout).toMatch(/would check: error_rate\(work\) < 5%/);
  expect(recordFolders(workspace)).toHaveLength(before);
  const direct = await workspace.run(['run', url, ...load, '--dry-run', '--json']);
  expect(direct.exitCode).toBe(0);
  expect(JSON.parse(direct.stdout)).toMatchObject({ injections: [] });
  expect(asked).toBe(0);
});

it('runs several files one after the other, and the worst exit code counts', async () => {
  const target = await writeTarget(workspace, {
    name: 'several',
    variants: { good: {}, bad: { FAILS: 'yes' } },
  });
  const short = { target, for: '1s', rate: '40/s' };
  const bad = await writeScenario(workspace, { ...short, name: 'first-bad', more: ['variant: bad'] });
  const good = await writeScenario(workspace, { ...short, name: 'then-good', more: ['variant: good'] });
  const before = recordFolders(workspace).length;
  let result = await runMeasured(workspace, [bad, good]);
  // The other file's 1 is worse than a 3 of this one, which a busy machine gives.
  for (let attempt = 1; attempt < 4 && lastRecord(workspace).verdict.status === 'invalid'; attempt += 1)
    result = await runMeasured(workspace, [bad, good]);
  expect(result.exitCode, said(result)).toBe(1);
  const made = recordFolders(workspace).length - before;
  expect(made % 2).toBe(0);
  expect(made).toBeGreaterThan(0);
  expect(lastRecord(workspace)).toMatchObject({ variant: 'good', verdict: { status: 'pass' } });
});

it('runs the other files when one cannot start, and makes one list of them under --json', async () => {
  const gone = await writeTarget(workspace, { name: 'gone', start: 'node no-such-service.mjs' });
  const there = await writeTarget(workspace, { name: 'there' });
  const first = await writeScenario(workspace, { name: 'cannot-start', target: gone, for: '1s' });
  const second = await writeScenario(workspace, { name: 'can-start', target: there, for: '1s' });
  const result = await workspace.run(['run', first, second, '--json']);
  expect([2, 3], said(result)).toContain(result.exitCode);
  expect(result.stderr).toMatch(/mettle: .*only/);
  const [failed, run] = JSON.parse(result.stdout) as { error?: string; verdict?: object }[];
  expect(failed).toMatchObject({ scenario: { name: 'cannot-start' }, exitCode: 2 });
  expect(run).toMatchObject({ scenario: { name: 'can-start' } });
  expect(run?.verdict).toBeDefined();
});

it('refuses --allow where a target file says which hosts are allowed', async () => {
  const target = await writeTarget(workspace, { name: 'says-itself' });
  const path = await writeScenario(workspace, { name: 'allowed', target });
  const result = await workspace.run(['run', path, '--allow', 'shop.example']);
  expect(result.exitCode).toBe(2);
  expect(result.stderr).toContain('--allow');
});

it.each([
  [['rnu'], 'run'],
  [['run', 'x.yml', '--varaint', 'a'], '--variant'],
  [['run'], 'missing required argument'],
  [['run', 'no-such-file.yml'], 'no-such-file.yml'],
  [['run', 'x.yml', '--seed', 'many'], 'many'],
])('refuses a command line that it does not understand: %j', async (args, named) => {
  const result = await workspace.run(args);
  expect(result.exitCode).toBe(2);
  expect(result.stderr).toContain(named);
  expect(result.stderr).not.toMatch(/\n\s+at /);
  expect(result.stdout).toBe('');
});

it('lists its commands and exit codes with --help', async () => {
  const { exitCode, stdout } = await workspace.run(['--help']);
  expect(exitCode).toBe(0);
  for (const command of ['run', 'verify', 'report', 'validate', 'schema', 'target', 'chaos'])
    expect(stdout).toMatch(new RegExp(`^ {2}${command}\\b`, 'm'));
  for (const code of [0, 1, 2, 3, 4, 130]) expect(stdout).toMatch(new RegExp(`^ {2}${code} {2}`, 'm'));
});
