// What a target needs besides itself: started once per command, each behind its fault proxy when a fault uses it.

import { join } from 'node:path';
import { systemClock } from '../kernel/clock.ts';
import { MettleError } from '../kernel/errors.ts';
import type { Address, Link } from '../kernel/ports.ts';
import { atAddress } from './base-url.ts';
import { childEnvironment } from './child-environment.ts';
import type { DatabaseServer } from './database.ts';
import type { ObservedTree } from './observe-process.ts';
import { pickPort } from './ports.ts';
import { useOwnPostgres } from './postgres-own.ts';
import { startPostgres } from './postgres.ts';
import { startCommand } from './command.ts';
import { readyCheckOf } from './ready.ts';
import type { Releases } from './release.ts';
import type { Standing } from './standing.ts';
import { standUp } from './standing.ts';
import type { SystemPorts } from './system.ts';
import { openTargetLog } from './target-log.ts';
import type { ProcessDependency, ProvidedDependency, TargetSpec } from './target-spec.ts';
import { createTempFolder } from './temp-folder.ts';

/** Up and answering. */
export interface Dependencies {
  /** Addresses as the target sees them (through the fault proxy where there is one), by variable. */
  readonly env: Readonly<Record<string, string>>;
  /** The provided database: its URL is made for each run. */
  readonly database: {
    readonly env: string;
    readonly server: DatabaseServer;
    readonly link: Link | null;
  } | null;
  readonly trees: readonly ObservedTree[];
  /** Those that Mettle started, by name. */
  readonly processes: Readonly<Record<string, Standing>>;
  /** Throws DEPENDENCY_ENDED (exit code 2) when one has ended meanwhile. */
  requireAlive(): void;
}

/** Starts them in the order of the file. What it created is on `releases` even when it throws. */
export async function startDependencies(
  target: TargetSpec,
  ports: SystemPorts,
  own: NodeJS.ProcessEnv,
  releases: Releases,
): Promise<Dependencies> {
  const env: Record<string, string> = {};
  const processes: Record<string, Standing> = {};
  let database: Dependencies['database'] = null;
  for (const [name, dependency] of Object.entries(target.dependencies)) {
    if (dependency.kind === 'provide') {
      const server = await provideDatabase(target, dependency, ports, own);
      releases.add(() => server.stop());
      database = { env: dependency.env, server, link: await linkTo(name, server.address, ports, releases) };
      if (server.process !== null) processes[name] = server.process;
    } else {
      const { standing, url, address } = await startOne(name, dependency, { target, ports, own, releases });
      const link = await linkTo(name, address, ports, releases);
      env[dependency.env] = link === null ? url : atAddress(url, link.listen);
      processes[name] = standing;
    }
  }
  const trees = Object.entries(processes).map(([name, standing]) => ({ name, pid: () => standing.pid() }));
  return { env, database, trees, processes, requireAlive: () => requireAlive(Object.values(processes)) };
}

async function provideDatabase(
  target: TargetSpec,
  { env: variable }: ProvidedDependency,
  ports: SystemPorts,
  own: NodeJS.ProcessEnv,
): Promise<DatabaseServer> {
  const url = own[variable] ?? '';
  if (url !== '') {
    ports.progress(`using the PostgreSQL of ${variable}, in schemas of Mettle's own`);
    return useOwnPostgres(variable, url, target.allow, ports.tracker);
  }
  ports.progress('starting the embedded PostgreSQL');
  return await startPostgres(target.folder, ports.tracker);
}

async function linkTo(
  name: string,
  upstream: Address,
  ports: SystemPorts,
  releases: Releases,
): Promise<Link | null> {
  if (!ports.linked.has(name)) return null;
  const link = await ports.links.open(name, upstream);
  releases.add(() => link.close());
  return link;
}

interface StartContext {
  readonly target: TargetSpec;
  readonly ports: SystemPorts;
  readonly own: NodeJS.ProcessEnv;
  readonly releases: Releases;
}

async function startOne(
  name: string,
  dependency: ProcessDependency,
  { target, ports, own, releases }: StartContext,
): Promise<{ standing: Standing; url: string; address: Address }> {
  ports.progress(`starting ${name}`);
  const folder = await createTempFolder('dependency', ports.tracker);
  releases.add(() => folder.remove());
  const log = openTargetLog(join(folder.path, 'output.log'));
  releases.add(log.close);
  const address = { host: '127.0.0.1', port: await pickPort() };
  const url = `http://${address.host}:${address.port}`;
  const declared = [ports.extraEnv, { PORT: String(address.port) }];
  const env = childEnvironment({ own, secrets: target.secrets, declared });
  const command = { name, command: dependency.start, folder: target.folder, env, log };
  const standing = await standUp({
    ...{ name, clock: systemClock, releases, ready: readyCheckOf(url, dependency.ready) },
    start: () => startCommand(command, ports.tracker),
  });
  return { standing, url, address };
}

function requireAlive(processes: readonly Standing[]): void {
  const dead = processes.find((process) => process.end() !== undefined);
  if (dead === undefined) return;
  throw new MettleError({
    code: 'DEPENDENCY_ENDED',
    message: `the dependency ${dead.death()}`,
    hint: 'a dependency is to run for the whole command; see why it ended',
  });
}
