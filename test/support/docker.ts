// Containers for tests, on a real Docker engine: an image with this Node.js and nothing else, all removed afterwards.

import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Standard output, trimmed; rejects with what was printed to standard error. */
export async function docker(...args: readonly string[]): Promise<string> {
  const env = { ...process.env, DOCKER_BUILDKIT: '0' }; // the classic builder needs nothing but the engine
  const { stdout } = await run('docker', args, { env, timeout: 120_000, maxBuffer: 8 * 1_048_576 });
  return stdout.trim();
}

/**
 * Why tests with containers are skipped, or undefined. Said out loud; an error where all tests are required to run
 * (METTLE_REQUIRE_ALL=1).
 */
export async function dockerMissing(): Promise<string | undefined> {
  const missing = await docker('version', '--format', '{{.Server.Version}}').then(
    () => undefined,
    (error: unknown) => `no Docker engine can be reached: ${String(error).split('\n')[0] ?? ''}`,
  );
  if (missing === undefined) return undefined;
  if (process.env['METTLE_REQUIRE_ALL'] === '1') throw new Error(missing);
  console.warn(`SKIPPED: ${missing}`);
  return missing;
}

interface ContainerOptions {
  readonly labels?: readonly string[];
  /** Of `docker run`, before the image. */
  readonly flags?: readonly string[];
  /** On the loopback address; default: any that is free, then fixed. */
  readonly port?: number | 'chosen by Docker';
  /** What its service answers; default: `from a container`. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface TestContainer {
  readonly id: string;
  readonly name: string;
  /** Where its service answers on this machine. */
  readonly url: string;
}

export interface DockerYard {
  readonly image: string;
  /** Resolves when its service answers. */
  startContainer(options?: ContainerOptions): Promise<TestContainer>;
  /** Removes every container and image that it made. */
  close(): Promise<void>;
}

const service = fileURLToPath(new URL('./fixture-cli/container.mjs', import.meta.url));

/** Builds the image; everything of it is called `mettle-test-…`. */
export async function openDockerYard(): Promise<DockerYard> {
  const prefix = `mettle-test-${randomBytes(4).toString('hex')}`;
  const names: string[] = [];
  await buildImage(prefix);
  return {
    image: prefix,
    async startContainer(options = {}) {
      const name = `${prefix}-${names.length + 1}`;
      names.push(name);
      return await startContainer(prefix, name, options);
    },
    async close() {
      const steps = [
        ...names.map((name) => ['rm', '--force', '--volumes', name]),
        ...[prefix, `${prefix}-base`].map((image) => ['rmi', '--force', image]),
      ];
      for (const step of steps) await docker(...step).catch((error: unknown) => console.warn(String(error)));
    },
  };
}

async function startContainer(
  image: string,
  name: string,
  { labels = [], flags = [], port, environment = {} }: ContainerOptions,
): Promise<TestContainer> {
  const published = port === 'chosen by Docker' ? '' : String(port ?? (await freePort()));
  const id = await docker(
    ...['run', '--detach', '--name', name, '--publish', `127.0.0.1:${published}:8080`],
    ...labels.flatMap((label) => ['--label', label]),
    ...Object.entries(environment).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
    ...flags,
    image,
  );
  const address = (await docker('port', name, '8080/tcp')).split('\n')[0] ?? '';
  const url = `http://${address}/`;
  await untilItAnswers(name, url);
  return { id, name, url };
}

/** The published port takes connections before the service does, and may then keep one for ever. */
async function untilItAnswers(name: string, url: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const answers = await fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
      (response) => response.ok,
      () => false,
    );
    if (answers) return;
    if (attempt === 50) throw new Error(`nothing answers on ${url}: ${await docker('logs', name)}`);
    await wait(100);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

async function buildImage(name: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'docker-test-'));
  try {
    const root = join(folder, 'root');
    await layOutBase(root);
    const archive = join(folder, 'base.tar');
    await run('tar', ['-C', root, '-cf', archive, '.']);
    await docker('import', archive, `${name}-base`);
    const context = join(folder, 'context');
    await mkdir(context);
    await copyFile(service, join(context, 'service.mjs'));
    const command = JSON.stringify([process.execPath, '/service.mjs']);
    await writeFile(
      join(context, 'Dockerfile'),
      `FROM ${name}-base\nCOPY service.mjs /service.mjs\nEXPOSE 8080\nCMD ${command}\n`,
    );
    await docker('build', '--tag', name, context);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** This Node.js and the libraries that it is linked to, each at its own path: all that a service needs. */
async function layOutBase(root: string): Promise<void> {
  const { stdout } = await run('ldd', [process.execPath]);
  const libraries = [...stdout.matchAll(/(\/\S+) \(0x/g)].flatMap((match) => match[1] ?? []);
  for (const file of [process.execPath, ...libraries]) {
    await mkdir(join(root, dirname(file)), { recursive: true });
    await copyFile(file, join(root, file));
  }
}
