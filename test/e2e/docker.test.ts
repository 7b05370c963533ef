// A service in a real container is loaded like any other server on this machine.

import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lastRecord, openWorkspace, runMeasured, type Workspace } from '../support/cli.ts';

const run = promisify(execFile);

/** Standard output, trimmed; rejects with what was printed to standard error. */
async function docker(...args: readonly string[]): Promise<string> {
  const env = { ...process.env, DOCKER_BUILDKIT: '0' }; // the classic builder needs nothing but the engine
  const { stdout } = await run('docker', args, { env, timeout: 120_000, maxBuffer: 8 * 1_048_576 });
  return stdout.trim();
}

const unreachable = await docker('version', '--format', '{{.Server.Version}}').then(
  () => undefined,
  (error: unknown) => `no Docker engine can be reached: ${String(error).split('\n')[0] ?? ''}`,
);
if (unreachable !== undefined) {
  if (process.env['METTLE_REQUIRE_ALL'] === '1') throw new Error(unreachable);
  console.warn(`SKIPPED: ${unreachable}`);
}

const name = `mettle-test-${randomBytes(4).toString('hex')}`;
const base = `${name}-base`;
const service = fileURLToPath(new URL('../support/fixture-cli/container.mjs', import.meta.url));

/** This Node.js and the libraries that it is linked to, each at its own path: all that the service needs. */
async function layOutBase(root: string): Promise<void> {
  const { stdout } = await run('ldd', [process.execPath]);
  const libraries = [...stdout.matchAll(/(\/\S+) \(0x/g)].flatMap((match) => match[1] ?? []);
  for (const file of [process.execPath, ...libraries]) {
    await mkdir(join(root, dirname(file)), { recursive: true });
    await copyFile(file, join(root, file));
  }
}

async function buildImage(folder: string): Promise<void> {
  const root = join(folder, 'root');
  await layOutBase(root);
  const archive = join(folder, 'base.tar');
  await run('tar', ['-C', root, '-cf', archive, '.']);
  await docker('import', archive, base);
  const context = join(folder, 'context');
  await mkdir(context);
  await copyFile(service, join(context, 'service.mjs'));
  const command = JSON.stringify([process.execPath, '/service.mjs']);
  await writeFile(
    join(context, 'Dockerfile'),
    `FROM ${base}\nCOPY service.mjs /service.mjs\nEXPOSE 8080\nCMD ${command}\n`,
  );
  await docker('build', '--tag', name, context);
}

describe.skipIf(unreachable !== undefined)('a service in a container', () => {
  let workspace: Workspace;
  let url: string;

  beforeAll(async () => {
    workspace = await openWorkspace();
    await buildImage(workspace.folder);
    await docker('run', '--detach', '--name', name, '--publish', '127.0.0.1::8080', name);
    url = `http://${(await docker('port', name, '8080/tcp')).split('\n')[0] ?? ''}/`;
    for (let attempt = 0; ; attempt += 1) {
      // The published port takes connections before the service does, and may then keep one for ever.
      const text = await fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
        (response) => response.text(),
        () => '',
      );
      if (text === 'from a container') break;
      if (attempt === 30) throw new Error(`nothing answers on ${url}: ${await docker('logs', name)}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });

  afterAll(async () => {
    const steps = [
      ['rm', '--force', name],
      ['rmi', '--force', name],
      ['rmi', '--force', base],
    ];
    for (const step of steps) await docker(...step).catch((error: unknown) => console.warn(String(error)));
    await workspace.close();
  });

  it('keeps its promises through its published port', async () => {
    const flags = ['--rate', '40/s', '--for', '3s', '--slo', 'error_rate < 1%'];
    const result = await runMeasured(workspace, [url, ...flags]);
    expect(result.exitCode, result.stdout + result.stderr).toBe(0);
    const series = lastRecord(workspace).series.find(({ kind }) => kind === 'step');
    expect(series).toMatchObject({ offered: 120, ok: 120 });
  });
});
