// `mettle chaos proxy` under clients that other people wrote: Toxiproxy's own command line, its Go package, and one in
// Python. What they print and see is set against a real server.

import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packagePath } from '../../src/kernel/entry.ts';
import { openWorkspace, type Workspace } from '../support/cli.ts';
import { type ChaosServer, serverKinds } from '../support/chaos-servers.ts';
import { startEcho, type EchoServer } from '../support/proxy-loopback.ts';

const run = promisify(execFile);

/** Standard output and error together with the exit code; never rejects. */
async function said(file: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const options = { env: { ...process.env, ...env }, timeout: 300_000 };
  try {
    const { stdout, stderr } = await run(file, args, options);
    return `${stdout}${stderr}exit 0\n`;
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code?: number; stdout?: string; stderr?: string };
    return `${stdout}${stderr}exit ${String(code)}\n`;
  }
}

/** The value, or undefined with a loud reason; throws where nothing may be skipped. */
async function needed<Value>(what: string, find: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await find();
  } catch (error) {
    const missing = `${what} cannot be had: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`;
    if (process.env['METTLE_REQUIRE_ALL'] === '1') throw new Error(missing, { cause: error });
    console.warn(`SKIPPED: ${missing}`);
    return undefined;
  }
}

const attempts = 3;

/** A program that gets something from the network, which may fail once; one that is not there is not tried again. */
async function fetching(
  file: string,
  args: readonly string[],
  options: { cwd?: string } = {},
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await run(file, args, { ...options, timeout: 300_000 });
      return;
    } catch (error) {
      if (attempt === attempts || (error as NodeJS.ErrnoException).code === 'ENOENT') throw error;
      console.warn(`once more: ${String(error).split('\n')[0]}`);
      await wait(5_000);
    }
  }
}

const executable = (path: string): Promise<string> => {
  accessSync(path, constants.X_OK);
  return Promise.resolve(path);
};

const folder = await mkdtemp(join(tmpdir(), 'proxy-clients-'));
const fixtures = packagePath('test/support/fixture-clients');

const toxiproxyCli = await needed('toxiproxy-cli (TOXIPROXY_CLI, ~/go/bin/cli)', () =>
  executable(process.env['TOXIPROXY_CLI'] ?? join(homedir(), 'go', 'bin', 'cli')),
);

const goProgram = await needed('the Go client', async () => {
  const module = join(folder, 'go');
  await cp(join(fixtures, 'go'), module, { recursive: true });
  const program = join(folder, 'go-client');
  await fetching('go', ['build', '-o', program, '.'], { cwd: module });
  return program;
});

const python = await needed('the Python client', async () => {
  const environment = join(folder, 'python');
  await run('python3', ['-m', 'venv', environment], { timeout: 300_000 });
  const program = join(environment, 'bin', 'python');
  await fetching(program, ['-m', 'pip', 'install', '--quiet', 'toxiproxy-python==0.1.1']);
  return program;
});

afterAll(() => rm(folder, { recursive: true, force: true }));

let workspace: Workspace;
let echo: EchoServer;
const servers: Record<string, ChaosServer> = {};

beforeAll(async () => {
  workspace = await openWorkspace();
  echo = await startEcho();
  for (const [name, start] of serverKinds) servers[name] = await start(workspace);
});
afterAll(async () => {
  for (const server of Object.values(servers)) await server.close();
  await echo.close();
  await workspace.close();
});

/** The same text from every server, or a difference; ports are the server's own. */
async function fromEach(ask: (apiUrl: string) => Promise<string>): Promise<Record<string, string>> {
  const answers: Record<string, string> = {};
  for (const [name, { apiUrl }] of Object.entries(servers)) {
    answers[name] = (await ask(apiUrl)).replaceAll(/127\.0\.0\.1:\d+|localhost:\d+/g, '<address>');
  }
  return answers;
}

function expectSame(answers: Record<string, string>): string {
  const [ours = '', ...others] = Object.values(answers);
  for (const other of others) expect(ours).toBe(other);
  return ours;
}

describe.skipIf(toxiproxyCli === undefined)('toxiproxy-cli', () => {
  const lines: readonly string[] = [
    'list',
    'create --listen 127.0.0.1:0 --upstream UPSTREAM one',
    'create --listen 127.0.0.1:0 --upstream UPSTREAM one',
    'create --listen 127.0.0.1:0 one',
    'toxic add -t latency -a latency=100 -a jitter=5 one',
    'toxic add -t slicer -n cut -u -a average_size=10 one',
    'toxic add -t bandwidth --toxicity 0.25 -a rate=7 one',
    'toxic add -t timeout one',
    'toxic add -t slow_close -a delay=1 one',
    'toxic add -t reset_peer -u one',
    'toxic add -t limit_data -a bytes=10 one',
    'toxic add -t latency one',
    'toxic add -t nope one',
    'inspect one',
    'toxic update -n latency_downstream -a latency=50 --toxicity 0.5 one',
    'toxic update -n none -a latency=50 one',
    'inspect one',
    'toxic remove -n cut one',
    'toxic delete -n timeout_downstream one',
    'toxic remove -n cut one',
    'toggle one',
    'list',
    'toggle one',
    'inspect none',
    'delete one',
    'delete one',
    'list',
  ];

  it('prints the same lines as beside a real server', async () => {
    for (const line of lines) {
      const args = line.replace('UPSTREAM', `127.0.0.1:${echo.port}`).split(' ');
      const answers = await fromEach(async (apiUrl) =>
        // Attributes come out of a map, in any order.
        sorted(await said(toxiproxyCli ?? '', ['--host', apiUrl, ...args])),
      );
      const text = expectSame(answers);
      expect(text, line).toMatch(/exit [01]\n$/);
    }
  });
});

const sorted = (text: string): string =>
  text.replaceAll(/attributes=\[(.*)\]/g, (_all, inner: string) =>
    inner.trim().split(/\s+/).sort().join(' '),
  );

describe.skipIf(goProgram === undefined)('the Go package', () => {
  it('creates, populates, changes every toxic, disables and resets, the same on every server', async () => {
    const text = expectSame(
      await fromEach((apiUrl) => said(goProgram ?? '', [apiUrl, `127.0.0.1:${echo.port}`])),
    );
    expect(text).toMatch(/done\nexit 0\n$/);
  });
});

describe.skipIf(python === undefined)('the Python package', () => {
  it('creates, populates, changes toxics, disables and resets, the same on every server', async () => {
    const script = join(fixtures, 'client.py');
    const text = expectSame(
      await fromEach((apiUrl) => said(python ?? '', [script, apiUrl, `127.0.0.1:${echo.port}`])),
    );
    expect(text).toMatch(/done\nexit 0\n$/);
  });
});
