// The embedded PostgreSQL's own programs: the files of a new cluster, its settings, its server process.

import { appendFile, chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../kernel/clock.ts';
import { MettleError } from '../kernel/errors.ts';
import type { Address, Tracker } from '../kernel/ports.ts';
import { secondsToMicros } from '../kernel/units.ts';
import { connectProbe } from './postgres-admin.ts';
import type { PostgresPrograms } from './postgres-binaries.ts';
import { postgresPackage } from './postgres-binaries.ts';
import type { Child } from './process.ts';
import { describeEnd, quoteLines, startChild } from './process.ts';
import type { Releases } from './release.ts';
import type { Standing } from './standing.ts';
import { standUp } from './standing.ts';
import type { TargetLog } from './target-log.ts';

/** Where a cluster lives and what it runs with. `home` belongs to the account of the programs. */
export interface ClusterPlace {
  readonly programs: PostgresPrograms;
  readonly home: string;
  readonly log: TargetLog;
  readonly tracker: Tracker;
}

/** PostgreSQL's own default; stated because targets are judged by what they do with it. */
const maxConnections = 100;

/**
 * The data is thrown away, so nothing waits for the disk. What would come and go by itself during a measurement
 * (autovacuum, timed checkpoints) is off: statistics are made once, after `prepare`, and are the same for every copy.
 */
const settings: Readonly<Record<string, string>> = {
  unix_socket_directories: "''",
  max_connections: String(maxConnections),
  shared_buffers: '128MB',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '4GB',
  checkpoint_timeout: '1d',
  autovacuum: 'off',
  jit: 'off',
  timezone: "'UTC'",
  log_timezone: "'UTC'",
};

const startWithinMicros = secondsToMicros(60);

/** Makes the files of a new server, with one administrator who has this password. */
export async function createCluster(
  place: ClusterPlace,
  administrator: string,
  password: string,
): Promise<void> {
  const { programs, home } = place;
  const data = join(home, 'data');
  const passwordFile = join(home, 'password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  await mkdir(data, { mode: 0o700 });
  if (programs.account !== null) {
    for (const path of [passwordFile, data]) await chown(path, programs.account.uid, programs.account.gid);
  }
  // Byte order everywhere, so that results do not depend on the machine; with upper and lower case of all of Unicode
  // where the server can do that by itself.
  const builtin = ['--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8'];
  const child = await startProgram(place, 'initdb', [
    ...['--pgdata', data, '--username', administrator, '--pwfile', passwordFile],
    ...['--auth', 'scram-sha-256', '--encoding', 'UTF8', '--locale', 'C', '--no-sync', '--no-instructions'],
    ...(programs.majorVersion >= 17 ? builtin : []),
  ]);
  const end = await child.ended;
  await child.stop();
  if (end.code !== 0) throw notStarted(`initdb ${describeEnd(end)}${quoteLines(child.lastLines())}`);
}

/** Starts the server on this address and waits until its administrator is let in. Its end is on `releases`. */
export async function startServer(
  place: ClusterPlace,
  address: Address,
  adminUrl: string,
  releases: Releases,
): Promise<Standing> {
  const data = join(place.home, 'data');
  const listen = { listen_addresses: `'${address.host}'`, port: String(address.port) };
  const lines = Object.entries({ ...settings, ...listen }).map(([key, value]) => `${key} = ${value}\n`);
  await appendFile(join(data, 'postgresql.conf'), lines.join(''));
  const probe = connectProbe(adminUrl);
  try {
    return await standUp({
      ...{ name: 'PostgreSQL', clock: systemClock, releases },
      ready: { probe, asked: `port ${address.port}`, withinMicros: startWithinMicros },
      start: () => startProgram(place, 'postgres', ['-D', data]),
    });
  } catch (error) {
    throw error instanceof MettleError ? notStarted(error.message) : error;
  }
}

async function startProgram(
  { programs, home, log, tracker }: ClusterPlace,
  program: 'initdb' | 'postgres',
  args: readonly string[],
): Promise<Child> {
  return await startChild(
    {
      name: program,
      program: programs[program],
      args,
      folder: home,
      env: { ...programs.env, LC_ALL: 'C', TZ: 'UTC' },
      log,
      account: programs.account,
      // SIGINT ends open connections at once (fast shutdown), SIGQUIT without tidying up: there is nothing to keep.
      signals: ['SIGINT', 'SIGQUIT'],
      graceMs: 6_000,
    },
    tracker,
  );
}

function notStarted(what: string): MettleError {
  return new MettleError({
    code: 'POSTGRES_NOT_STARTED',
    message: `the embedded PostgreSQL could not be started: ${what}`,
    hint: `reinstall ${postgresPackage()}, or set DATABASE_URL to a server of your own`,
  });
}
