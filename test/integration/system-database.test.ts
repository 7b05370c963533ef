// Real embedded PostgreSQL: a fresh copy of the prepared data for every run, and nothing left when it stops.

import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MettleError } from '../../src/kernel/errors.ts';
import { openSystem } from '../../src/system/open-system.ts';
import { findPostgres, postgresPackage } from '../../src/system/postgres-binaries.ts';
import type { StartedVariant, System } from '../../src/system/system.ts';
import type { TargetSpec } from '../../src/system/target-spec.ts';
import { fixtureFolder, fixtureTarget, testPorts } from '../support/system-ports.ts';

const available = findPostgres(fixtureFolder) !== undefined;
if (!available) {
  const reason = `the package ${postgresPackage()} is not installed`;
  if (process.env.METTLE_REQUIRE_ALL === '1') throw new Error(reason);
  console.warn(`SKIPPED: tests with the embedded PostgreSQL: ${reason}`);
}

let folder: string;
let opened: System[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'test-system-'));
});
afterEach(async () => {
  for (const system of opened) await system.stop();
  opened = [];
  rmSync(folder, { recursive: true, force: true });
});

const ownFolders = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('mettle-'));

function databaseTarget(overrides: Partial<TargetSpec> = {}): TargetSpec {
  return fixtureTarget({
    variants: {
      before: { kind: 'process', start: 'node server.mjs', env: { NAME: 'before' } },
      after: { kind: 'process', start: 'node server.mjs', env: { NAME: 'after' } },
    },
    dependencies: { postgres: { kind: 'provide', provide: 'postgres', env: 'DATABASE_URL' } },
    prepare: 'node seed.mjs',
    ...overrides,
  });
}

const rowsOf = async (variant: StartedVariant): Promise<unknown> =>
  (await fetch(`${variant.http}/rows`)).json();
const addTo = async (variant: StartedVariant): Promise<unknown> =>
  (await fetch(`${variant.http}/rows`, { method: 'POST' })).json();

describe.runIf(available)('a target with the embedded PostgreSQL', () => {
  it('starts every run from a fresh copy of what prepare left, per variant, through the proxy where one is asked for', async () => {
    const ports = testPorts(['postgres']);
    const system = await openSystem(databaseTarget(), ports, { own: { PATH: process.env.PATH } });
    opened.push(system);
    const log = join(folder, 'run.log');

    const first = await system.start('before', log);
    expect(await rowsOf(first)).toEqual(['seeded', 'before']);
    expect(await addTo(first)).toBe(1);
    expect(await rowsOf(first)).toEqual(['seeded', 'before', 'added']);
    const { url } = (await (await fetch(`${first.http}/url`)).json()) as { url: string };
    expect(new URL(url).port).toBe(String(ports.links.opened.get('postgres')?.listen.port));
    await first.stop();

    const second = await system.start('before', log);
    expect(await rowsOf(second)).toEqual(['seeded', 'before']);
    await second.stop();

    const other = await system.start('after', log);
    expect(await rowsOf(other)).toEqual(['seeded', 'after']);
    await other.stop();

    expect(readFileSync(log, 'utf8').match(/^seeded$/gm)).toHaveLength(2);
    expect(ports.links.connections.get('postgres')).toBeGreaterThan(0);
    expect(await system.stop()).toEqual([]);
    expect(ports.tracker.open()).toEqual([]);
    expect(ports.links.opened.size).toBe(0);
    for (const { intent } of ports.tracker.all) {
      if (intent.kind === 'directory') expect(existsSync(String(intent.data.path))).toBe(false);
    }
  });
});
