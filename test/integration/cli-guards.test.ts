// Default-deny through the whole program: what may not be sent to is refused with exit code 2 before a packet is sent.

import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openWorkspace, recordFolders, type Workspace } from '../support/cli.ts';
import { startConstantServer } from '../support/known-servers.ts';
import { runFixture, writeScenario, writeTarget } from '../support/short-scenarios.ts';

let workspace: Workspace;
const closers: (() => Promise<void> | void)[] = [];
beforeEach(async () => {
  workspace = await openWorkspace();
  closers.push(() => workspace.close());
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** TEST-NET-1: nobody is there, and a packet sent there would only be noticed by a time-out. */
const elsewhere = 'http://192.0.2.1:8080';

interface Running {
  readonly environment?: string;
  readonly limits?: object;
  readonly allow?: readonly string[];
  readonly http?: string;
}

/** A target that runs already, by a file. */
async function runningTarget({
  environment,
  limits,
  allow = ['192.0.2.1'],
  http = elsewhere,
}: Running): Promise<string> {
  const variant = { http, environment, limits };
  return await workspace.file(
    'running.target.yml',
    `name: running\nvariants: ${JSON.stringify({ up: variant })}\nallow: ${JSON.stringify(allow)}\n`,
  );
}

async function refused(
  args: readonly string[],
  words: readonly string[],
  env: Record<string, string> = {},
): Promise<void> {
  const begunAt = Date.now();
  const result = await workspace.run(args, { env });
  expect(result.exitCode, result.stdout + result.stderr).toBe(2);
  for (const word of words) expect(result.stderr).toContain(word);
  expect(recordFolders(workspace)).toEqual([]);
  expect(Date.now() - begunAt).toBeLessThan(30_000); // it did not wait for anyone there
}

describe('load is refused', () => {
  const byUrl = ['run', elsewhere, '--rate', '5/s', '--for', '1s'];

  it('to a host that nobody allowed, by URL and by file', async () => {
    await refused(byUrl, ['192.0.2.1', 'neither this machine nor allowed', '--allow 192.0.2.1']);
    const target = await runningTarget({ allow: [], environment: 'staging', limits: { rate: '100/s' } });
    await refused(['run', await writeScenario(workspace, { target })], ['neither this machine nor allowed']);
  });

  it('to an allowed host that does not say what it is, or says production, without the flag', async () => {
    await refused([...byUrl, '--allow', '192.0.2.1'], ['counts as production', '--allow-production']);
    for (const environment of [undefined, 'production', 'live-eu']) {
      const target = await runningTarget({ ...(environment && { environment }), limits: { rate: '100/s' } });
      const path = await writeScenario(workspace, { target });
      await refused(['run', path], ['production', '--allow-production']);
    }
  });

  it('to production without limits, flag or not, and to staging without limits', async () => {
    const untyped = ['run', elsewhere, '--for', '1s', '--allow', '192.0.2.1', '--allow-production'];
    await refused(untyped, ['states no limit for rate', 'a URL on the command line --rate is the limit']);
    const target = await runningTarget({ environment: 'staging' });
    await refused(
      ['run', await writeScenario(workspace, { target })],
      ['staging', 'states no limit for rate'],
    );
  });

  it('above the limits, whatever --set says', async () => {
    const target = await runningTarget({ environment: 'staging', limits: { rate: '20/s' } });
    const path = await writeScenario(workspace, { target, rate: '5/s' });
    const higher = 'load.0.arrivals.0.rate=50/s';
    await refused(['run', path, '--set', higher], ['reaches 50/s', 'the 20/s that']);
    const meant = ['--allow', '192.0.2.1', '--allow-production'];
    await refused([...byUrl, ...meant, '--set', higher], ['reaches 50/s', 'the 5/s that']);
  });

  it('but not what a person has allowed, called production, and typed the rate of', async () => {
    const meant = ['--allow', '192.0.2.1', '--allow-production', '--dry-run'];
    const result = await workspace.run([...byUrl, ...meant]);
    expect(result.exitCode, result.stdout + result.stderr).toBe(0);
  });

  it('by every way that --set could go round a guard', async () => {
    const target = await runningTarget({ environment: 'production', limits: { rate: '1/s' } });
    const path = await writeScenario(workspace, { target });
    for (const [key, word] of [
      ['target.allow=192.0.2.1', 'allow'],
      ['target.environment=test', 'environment'],
      ['target.variants.up.limits.rate=100/s', 'limits'],
      ['allow=x', 'allow'],
      ['target={http: "http://192.0.2.1", environment: test}', 'environment'],
      ['target={http: "http://192.0.2.1", limits: {rate: 100/s}}', 'limits'],
    ] as const) {
      await refused(['run', path, '--set', key], [`\`${word}\` cannot be overridden`]);
    }
    await refused(
      ['run', path, '--set', `target={http: "${elsewhere}"}`],
      ['neither this machine nor allowed'],
    );
    await refused(['run', path, '--set', 'http={proxy: "http://192.0.2.9:3128"}'], ['192.0.2']);
  });

  it('to all interfaces, which is no address of this machine alone', async () => {
    await refused(
      ['run', 'http://0.0.0.0:9/', '--for', '1s'],
      ['0.0.0.0', 'neither this machine nor allowed'],
    );
  });

  it('to where clouds keep credentials, even when its name is allowed', async () => {
    const url = 'http://169.254.169.254/latest';
    await refused(['run', url, '--for', '1s'], ['169.254.169.254', 'machines use for themselves']);
    await refused(
      ['run', 'http://[::ffff:169.254.169.254]/', '--for', '1s'],
      ['machines use for themselves'],
    );
  });
});

describe('faults are refused', () => {
  const latency = {
    id: 'slow',
    at: '500ms',
    for: '500ms',
    fault: 'latency',
    on: 'clients',
    with: { latency: '5ms' },
  };

  it('on production that is reached through this machine, without the flag', async () => {
    const server = await startConstantServer(0);
    closers.push(() => server.close());
    const target = await runningTarget({
      environment: 'production',
      limits: { rate: '100/s' },
      http: server.url,
    });
    const path = await writeScenario(workspace, { target, chaos: [{ ...latency, inject: 'always' }] });
    await refused(['run', path], ['is production', '--allow-production']);
  });

  it('through a Toxiproxy elsewhere, by flag and by environment', async () => {
    const target = await writeTarget(workspace, { backend: true });
    const path = await writeScenario(workspace, { target, chaos: [{ ...latency, on: 'backend' }] });
    const words = ['192.0.2.1', 'neither this machine nor allowed'];
    await refused(['run', path, '--toxiproxy', 'http://192.0.2.1:8474'], words);
    await refused(['run', path], words, { TOXIPROXY_URL: 'http://192.0.2.1:8474' });
  });

  it('in front of a database elsewhere that nobody allowed, and the password is not shown', async () => {
    const dependencies = { postgres: { provide: 'postgres', env: 'DATABASE_URL' } };
    const target = await writeTarget(workspace, { more: [`dependencies: ${JSON.stringify(dependencies)}`] });
    const path = await writeScenario(workspace, { target });
    const env = { DATABASE_URL: 'postgres://me:hunter2@192.0.2.7/shop' };
    const result = await workspace.run(['run', path], { env });
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toContain('DATABASE_URL points at');
    expect(result.stdout + result.stderr).not.toContain('hunter2');
  });
});

describe('the lock of a target', () => {
  it('keeps a second run out, names who holds it, and is gone with the first', async () => {
    const target = await writeTarget(workspace);
    const long = await writeScenario(workspace, { target, name: 'long', for: '60s' });
    const short = await writeScenario(workspace, { target, name: 'short', for: '1s' });
    const first = workspace.start(['run', long]);
    await first.until('it runs', () => recordFolders(workspace).length > 0);
    const second = await workspace.run(['run', short]);
    expect(second.exitCode, second.stderr).toBe(2);
    expect(second.stderr).toContain(`in use by another command (process ${first.pid})`);
    first.kill('SIGINT');
    expect((await first.ended).exitCode).toBe(130);
    expect((await workspace.run(['run', short])).stderr).not.toContain('in use');
  });

  it('is one for a server that runs already, whether a file or a URL leads to it', async () => {
    const server = await startConstantServer(0);
    closers.push(() => server.close());
    const target = await runningTarget({ http: server.url, allow: [] });
    const first = workspace.start(['run', await writeScenario(workspace, { target, for: '60s' })]);
    await first.until('it runs', () => recordFolders(workspace).length > 0);
    const byName = server.url.replace('127.0.0.1', 'localhost');
    for (const url of [server.url, byName]) {
      const second = await workspace.run(['run', url, '--for', '1s']);
      expect(second.exitCode, second.stderr).toBe(2);
      expect(second.stderr).toContain(`process ${first.pid}`);
    }
    first.kill('SIGINT');
    await first.ended;
  });
});

it('what is refused is refused before anything is started', async () => {
  const marker = `${workspace.tempFolder}/started`;
  const start = `node -e "require('fs').writeFileSync('${marker}','x')"`;
  const lines = [
    'name: two',
    `variants: ${JSON.stringify({ own: { start: runFixture('service.mjs') }, up: { http: elsewhere } })}`,
    'http: http://127.0.0.1:{{port}}',
    `prepare: ${JSON.stringify(start)}`,
  ];
  const target = await workspace.file('two.target.yml', `${lines.join('\n')}\n`);
  const path = await writeScenario(workspace, { target, more: ['primary: p95(work)'] });
  await refused(
    ['verify', path, '--before', 'own', '--after', 'up', '--quick'],
    ['neither this machine nor allowed'],
  );
  expect(existsSync(marker)).toBe(false);
});
