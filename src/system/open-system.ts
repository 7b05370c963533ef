// A target and all it needs, for one command: dependencies once, variants fresh for each run, everything gone at the end.

import { systemClock } from '../kernel/clock.ts';
import { messageOf, MettleError } from '../kernel/errors.ts';
import { createClientLinks } from './client-links.ts';
import type { ClientLinks } from './client-links.ts';
import { startDependencies } from './dependencies.ts';
import type { Dependencies } from './dependencies.ts';
import { canObserveProcesses } from './observe-process.ts';
import { createReleases } from './release.ts';
import type { Releases } from './release.ts';
import { startVariant } from './start-variant.ts';
import type { StartedVariant, System, SystemPorts } from './system.ts';
import { openTargetLog } from './target-log.ts';
import type { ProcessVariant, TargetSpec, UrlVariant, Variant } from './target-spec.ts';

export interface OpenOptions {
  /** The variants that will be started: when none of them is a process, no dependency is. Default: all. */
  readonly variants?: readonly string[];
  /** Mettle's own environment. */
  readonly own?: NodeJS.ProcessEnv;
}

/**
 * Starts the dependencies. Throws MettleError (exit code 2 when something could not be started, 4 when what was started
 * before that could not be stopped); nothing is left then.
 */
export async function openSystem(
  target: TargetSpec,
  ports: SystemPorts,
  options: OpenOptions = {},
): Promise<System> {
  const own = options.own ?? process.env;
  requireFreeNames(target, ports);
  const used = (options.variants ?? Object.keys(target.variants)).map((name) => variantOf(target, name));
  if (target.observe.process && !canObserveProcesses) {
    ports.progress('CPU and memory of processes are observed on Linux only: this run has none');
  }
  const releases = createReleases();
  const clientLinks = createClientLinks(ports);
  releases.add(() => clientLinks.close());
  try {
    const needed = used.some(({ kind }) => kind === 'process') ? target : { ...target, dependencies: {} };
    const dependencies = await startDependencies(needed, ports, own, releases);
    return systemOf({ target, ports, own, dependencies, clientLinks, releases });
  } catch (error) {
    return await releases.letGoAfter(error);
  }
}

interface OpenedSystem {
  readonly target: TargetSpec;
  readonly ports: SystemPorts;
  readonly own: NodeJS.ProcessEnv;
  readonly dependencies: Dependencies;
  readonly clientLinks: ClientLinks;
  readonly releases: Releases;
}

function systemOf(opened: OpenedSystem): System {
  const { target, clientLinks, releases } = opened;
  const prepared = new Set<string>();
  /** What each start created, kept until it is let go of. */
  const runs = new Set<Releases>();
  const starting = new Set<Promise<StartedVariant>>();
  let stopped = false;
  const startProcess = async (
    name: string,
    variant: ProcessVariant,
    logFile: string,
  ): Promise<StartedVariant> => {
    const log = openTargetLog(logFile);
    const run = createReleases();
    run.add(log.close);
    runs.add(run);
    const checkpoint = (): void => {
      if (stopped) throw stoppedMeanwhile(target.name);
    };
    try {
      const context = {
        ...opened,
        variantName: name,
        variant,
        log,
        prepared,
        checkpoint,
        clock: systemClock,
      };
      const started = await startVariant({ ...context, releases: run });
      const stop = async (): Promise<void> => {
        await started.stop();
        runs.delete(run);
      };
      return { ...started, stop };
    } catch (error) {
      return await run.letGoAfter(error);
    }
  };
  return {
    start: async (name, logFile) => {
      const variant = variantOf(target, name);
      if (stopped) throw stoppedMeanwhile(target.name);
      if (variant.kind === 'url') return await useRunning(variant, clientLinks);
      const pending = startProcess(name, variant, logFile);
      starting.add(pending);
      try {
        return await pending;
      } finally {
        starting.delete(pending);
      }
    },
    stop: async () => {
      stopped = true;
      const failures: string[] = [];
      const letGo = async (what: Releases): Promise<void> => {
        await what.letGo().catch((error: unknown) => failures.push(messageOf(error)));
      };
      // A start that is under way fails on losing what it had; what it made in between is let go of after that.
      for (const run of runs) await run.letGo().catch(() => undefined);
      await Promise.allSettled(starting);
      for (const run of runs) await letGo(run);
      runs.clear();
      await letGo(releases);
      return failures;
    },
  };
}

/** Nothing is started for what runs already. */
async function useRunning(variant: UrlVariant, clientLinks: ClientLinks): Promise<StartedVariant> {
  const urls = await clientLinks.lead(null, { http: variant.http, ws: variant.ws });
  return {
    ...urls,
    directHttp: variant.http,
    clients: {},
    processes: {},
    samples: () => [],
    lookAgain: () => Promise.resolve(),
    sampleNotes: () => [],
    died: new Promise(() => undefined),
    stop: () => Promise.resolve(),
  };
}

function variantOf(target: TargetSpec, name: string): Variant {
  const variant = Object.hasOwn(target.variants, name) ? target.variants[name] : undefined;
  if (variant !== undefined) return variant;
  throw new MettleError({
    code: 'UNKNOWN_VARIANT',
    message: `the target ${target.name} has no variant \`${name}\``,
    hint: `its variants are ${Object.keys(target.variants).join(', ')}`,
  });
}

/** An override of what Mettle itself gives would go round the fault proxy. */
function requireFreeNames(target: TargetSpec, ports: SystemPorts): void {
  const given = [...Object.values(target.dependencies), ...Object.values(target.clients)].map(
    ({ env }) => env,
  );
  const taken = [...given, 'PORT', 'METTLE_CHILD'].find((name) => Object.hasOwn(ports.extraEnv, name));
  if (taken === undefined) return;
  throw new MettleError({
    code: 'ENV_GIVEN',
    message: `${taken} is given by Mettle and cannot be set by --set`,
    hint: 'remove it; to use a server of your own, set the variable in the environment of Mettle',
  });
}

function stoppedMeanwhile(name: string): MettleError {
  return new MettleError({
    code: 'SYSTEM_STOPPED',
    message: `${name} was stopped while it was being started`,
    exitCode: 130,
  });
}
