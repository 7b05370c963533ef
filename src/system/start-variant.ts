// One variant, started fresh for one run: its copy of the data, its process, the clients that stand before it.

import type { Clock } from '../kernel/clock.ts';
import { MettleError } from '../kernel/errors.ts';
import { addressOfUrl } from './base-url.ts';
import { childEnvironment } from './child-environment.ts';
import type { BaseUrls, ClientLinks } from './client-links.ts';
import { runToEnd, startCommand } from './command.ts';
import type { Dependencies } from './dependencies.ts';
import type { ObservedTree } from './observe-process.ts';
import { observeProcesses } from './observe-process.ts';
import { fixedPort, pickPort, requireFreePort, withPort } from './ports.ts';
import { withAddress } from './postgres-url.ts';
import { readyCheckOf } from './ready.ts';
import type { Releases } from './release.ts';
import type { Standing } from './standing.ts';
import { standUp } from './standing.ts';
import type { StartedVariant, SystemPorts } from './system.ts';
import type { TargetLog } from './target-log.ts';
import type { ProcessVariant, TargetSpec } from './target-spec.ts';

/** All that starting a variant needs; made once for each start. */
export interface VariantContext {
  readonly target: TargetSpec;
  readonly variantName: string;
  readonly variant: ProcessVariant;
  readonly dependencies: Dependencies;
  readonly clientLinks: ClientLinks;
  readonly ports: SystemPorts;
  readonly own: NodeJS.ProcessEnv;
  readonly log: TargetLog;
  readonly clock: Clock;
  /** Variants whose `prepare` has run (those without a database; a database keeps count itself). */
  readonly prepared: Set<string>;
  /** What this start created, newest last; the caller lets go of it when the start fails. */
  readonly releases: Releases;
  /** Throws when the system is being stopped: nothing may be started after that. */
  readonly checkpoint: () => void;
}

/** Resolves once it answers its ready check. Throws MettleError with exit code 2. */
export async function startVariant(context: VariantContext): Promise<StartedVariant> {
  const { target, dependencies, releases, checkpoint } = context;
  dependencies.requireAlive();
  const data = await freshData(context);
  checkpoint();
  const { main, direct } = await startMain(context, { ...dependencies.env, ...data });
  checkpoint();
  const urls = await context.clientLinks.lead(null, direct);
  const clients = await startClients(context, direct);
  checkpoint();
  const processes: Record<string, Standing> = {
    target: main,
    ...Object.fromEntries(clients.map(({ name, standing }) => [name, standing])),
    ...dependencies.processes,
  };
  const observation = observeProcesses(observedTrees(context, main, clients), context.clock);
  let stopping = false;
  const died = new Promise<string>((resolve) => {
    for (const standing of Object.values(processes)) {
      standing.onDeath((sentence) => {
        if (!stopping) resolve(sentence);
      });
    }
  });
  releases.add(observation.stop);
  context.ports.progress(`${target.name} (${context.variantName}) is ready`);
  return {
    ...urls,
    directHttp: direct.http,
    clients: Object.fromEntries(clients.map(({ name, url }) => [name, url])),
    processes,
    samples: observation.samples,
    lookAgain: observation.lookAgain,
    sampleNotes: observation.notes,
    died,
    stop: () => {
      stopping = true;
      return releases.letGo();
    },
  };
}

/** Runs `prepare` when it is due, and returns the variable that leads to this run's copy of the data. */
async function freshData(context: VariantContext): Promise<Record<string, string>> {
  const { dependencies, variantName, releases, prepared } = context;
  const { database } = dependencies;
  if (database === null) {
    if (!prepared.has(variantName)) await prepare(context, {});
    prepared.add(variantName);
    return {};
  }
  const { env, link, server } = database;
  const asSeen = (url: string): Record<string, string> => ({
    [env]: link === null ? url : withAddress(url, link.listen),
  });
  const run = await server.fresh(variantName, (url) => prepare(context, asSeen(url)));
  releases.add(() => run.drop());
  return asSeen(run.url);
}

async function prepare(context: VariantContext, data: Record<string, string>): Promise<void> {
  const { target, variantName, variant, dependencies, ports, own, log, releases } = context;
  if (target.prepare === null) return;
  ports.progress(`preparing the data of ${target.name} (${variantName})`);
  const declared = [variant.env, ports.extraEnv, dependencies.env, data];
  const env = childEnvironment({ own, secrets: target.secrets, declared });
  const name = `prepare of ${target.name} (${variantName})`;
  await runToEnd({ name, command: target.prepare, folder: target.folder, env, log }, ports.tracker, releases);
}

async function startMain(
  context: VariantContext,
  given: Readonly<Record<string, string>>,
): Promise<{ main: Standing; direct: BaseUrls }> {
  const { target, variantName, variant, ports, own, log, releases, clock } = context;
  const name = `${target.name} (${variantName})`;
  const { port, direct } = await choosePort(target, name);
  const declared = [variant.env, ports.extraEnv, given, { PORT: String(port) }];
  const env = childEnvironment({ own, secrets: target.secrets, declared });
  const command = { name, command: variant.start, folder: target.folder, env, log };
  const main = await standUp({
    ...{ name, clock, releases, checkpoint: context.checkpoint },
    ready: readyCheckOf(direct.http ?? direct.ws ?? '', target.ready),
    start: () => startCommand(command, ports.tracker),
  });
  return { main, direct };
}

async function choosePort(target: TargetSpec, name: string): Promise<{ port: number; direct: BaseUrls }> {
  const urls = [target.http, target.ws].filter((url) => url !== null);
  const first = urls[0];
  if (first === undefined) {
    throw new MettleError({
      code: 'NO_ADDRESS',
      message: `${name} has neither \`http\` nor \`ws\`: there is nothing to send load to`,
      hint: 'add `http: http://127.0.0.1:{{port}}` to the target file',
    });
  }
  for (const url of urls) {
    const fixed = fixedPort(url);
    if (fixed !== undefined) await requireFreePort(fixed, addressOfUrl(url).host, name);
  }
  const port = fixedPort(first) ?? (await pickPort());
  const direct = {
    http: target.http === null ? null : withPort(target.http, port),
    ws: target.ws === null ? null : withPort(target.ws, port),
  };
  return { port, direct };
}

interface StartedClient {
  readonly name: string;
  readonly standing: Standing;
  readonly url: string;
}

/** Processes that are clients of the target, each led to it by its own link when it has one. */
async function startClients(context: VariantContext, direct: BaseUrls): Promise<StartedClient[]> {
  const { target, variant, ports, own, log, releases, clock } = context;
  const started: StartedClient[] = [];
  for (const [name, client] of Object.entries(target.clients)) {
    const port = await pickPort();
    const url = `http://127.0.0.1:${port}`;
    const urls = await context.clientLinks.lead(name, direct);
    const given = { [client.env]: urls.http ?? urls.ws ?? '', PORT: String(port) };
    const declared = [variant.env, ports.extraEnv, given];
    const env = childEnvironment({ own, secrets: target.secrets, declared });
    const command = { name, command: client.start, folder: target.folder, env, log };
    const standing = await standUp({
      ...{ name, clock, releases, checkpoint: context.checkpoint },
      ready: readyCheckOf(url, client.ready),
      start: () => startCommand(command, ports.tracker),
    });
    started.push({ name, standing, url });
  }
  return started;
}

/** `target` is the variant's own process tree, as in `cpu(target)`. */
function observedTrees(
  context: VariantContext,
  main: Standing,
  clients: readonly StartedClient[],
): ObservedTree[] {
  if (!context.target.observe.process) return [];
  const own = clients.map(({ name, standing }) => ({ name, pid: () => standing.pid() }));
  return [{ name: 'target', pid: () => main.pid() }, ...own, ...context.dependencies.trees];
}
