// Everything one command needs around its runs: journal, watchdog, lock, fault proxies, the system under test.

import { isAborted } from '../kernel/abort.ts';
import { openProxyBackend } from '../faults/clients/backend.ts';
import type { DockerAddress } from '../faults/clients/docker-port.ts';
import type { ProxyBackend } from '../faults/fault.ts';
import { placeOf } from '../faults/registry.ts';
import { type Journal, openJournal } from '../faults/journal.ts';
import { lockTarget } from '../faults/lock.ts';
import { makerToken } from '../faults/made-names.ts';
import { leftoverLines } from '../faults/server-leftovers.ts';
import { stateOwner } from '../faults/state-owner.ts';
import { startWatchdog } from '../faults/watchdog.ts';
import { type ContainerFaults, containerFaults } from './container-faults.ts';
import { guardedLinks } from './guarded-links.ts';
import { lockNames } from './lock-names.ts';
import type { Pins } from '../faults/pins.ts';
import type { LinkPort } from '../kernel/ports.ts';
import { exitCodes, messageOf, MettleError } from '../kernel/errors.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { openSystem } from '../system/open-system.ts';
import type { StartedVariant, System } from '../system/system.ts';
import type { TargetSpec } from '../system/target-spec.ts';

export interface StageOptions {
  /** Names that faults will be put on. */
  readonly linked: ReadonlySet<string>;
  readonly seed: number;
  readonly target: TargetSpec;
  readonly variants: readonly string[];
  /** What the user ran, for the journal. */
  readonly command: string;
  readonly toxiproxyUrl: string | undefined;
  /** What the guard has checked; default: nothing, then only this machine and what the target allows. */
  readonly pins?: Pins;
  /** The Docker engine that the guard has checked; default: none, then no fault is put on containers. */
  readonly docker?: DockerAddress | null;
  readonly extraEnv: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}

/** What a scenario's faults need a proxy for. */
export const linksOf = (scenario: Scenario): ReadonlySet<string> =>
  new Set(
    scenario.chaos.filter(({ fault, on }) => placeOf(fault.kind, on) === 'link').map((fault) => fault.on),
  );

export interface Stage {
  readonly journal: Journal;
  /** null when no fault of the scenario needs a proxy. */
  readonly backend: ProxyBackend | null;
  readonly containers: ContainerFaults;
  readonly system: System;
  /** What was checked before, for those who connect. */
  readonly pins: Pins;
  /** What of Mettle itself has died: a run that saw it is invalid. Grows. */
  readonly deaths: readonly string[];
  /** Undoes, stops and removes everything. Never throws; returns what could not be undone, with how to finish it. */
  close(): Promise<readonly string[]>;
}

type Closer = () => Promise<readonly string[]>;

/** Throws MettleError (exit code 2; 130 when interrupted; 4 when an undo failed on the way); nothing is left then. */
async function openStage(options: StageOptions): Promise<Stage> {
  const closers: Closer[] = [];
  const close = (): Promise<readonly string[]> => closeAll(closers);
  try {
    for (const name of lockNames(options.target, options.variants, options.pins ?? {})) {
      const lock = await lockTarget(name);
      closers.push(quietly(() => lock.release()));
    }
    const journal = await openJournal({ command: options.command });
    closers.push(quietly(() => journal.close()));
    const watchdog = await startWatchdog(journal.path);
    closers.push(quietly(() => watchdog.close()));
    closers.push(async () => {
      const report = await journal.undoAll();
      return report.failed.map((failure) => `${failure.describe}: ${failure.note}`);
    });
    const deaths: string[] = [];
    const backend = options.linked.size === 0 ? null : await openBackend(options, journal, closers, deaths);
    const system = await openTarget(options, journal, guardedLinks(backend, options), closers);
    const containers = containerFaults(options.target, options.docker ?? null);
    return { journal, backend, containers, system, deaths, pins: options.pins ?? {}, close };
  } catch (error) {
    const left = await close();
    if (left.length > 0) throw undoFailed(left, error);
    throw error;
  }
}

/** Opens a stage, acts on it, closes it on any way out. An undo that failed outranks whatever else happened. */
export async function onStage<Result>(
  options: StageOptions,
  act: (stage: Stage) => Promise<Result>,
): Promise<Result> {
  const stage = await openStage(options);
  const [outcome] = await Promise.allSettled([act(stage)]);
  const left = await stage.close();
  if (left.length > 0) throw undoFailed(left, outcome.status === 'rejected' ? outcome.reason : undefined);
  if (outcome.status === 'rejected') throw outcome.reason;
  return outcome.value;
}

async function openBackend(
  options: StageOptions,
  journal: Journal,
  closers: Closer[],
  deaths: string[],
): Promise<ProxyBackend> {
  const backend = await openProxyBackend({
    ...(options.toxiproxyUrl === undefined ? {} : { toxiproxyUrl: options.toxiproxyUrl }),
    runToken: makerToken(journal.childToken, await stateOwner()),
    tracker: journal,
    seed: options.seed,
    onDeath: (error) => deaths.push(error.message),
  });
  closers.push(quietly(() => backend.close()));
  if (backend.kind === 'toxiproxy') {
    for (const line of await leftoverLines(backend.apiUrl)) options.progress(line);
  }
  return backend;
}

async function openTarget(
  options: StageOptions,
  journal: Journal,
  links: LinkPort,
  closers: Closer[],
): Promise<System> {
  const { target, variants, extraEnv, progress, signal, linked } = options;
  const opening = openSystem(target, { tracker: journal, links, linked, progress, extraEnv }, { variants });
  // Ctrl-C while it starts: what is being started is undone from the journal, and the start fails on that.
  const onAbort = (): void => void journal.undoAll();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const system = await opening;
    closers.push(() => system.stop());
    if (signal.aborted) throw interrupted();
    return system;
  } catch (error) {
    throw signal.aborted ? interrupted() : error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Starts a variant; Ctrl-C meanwhile ends what is being started. Throws what `System.start` throws, or INTERRUPTED. */
export async function startOnStage(
  { system }: Pick<Stage, 'system'>,
  variant: string,
  logFile: string,
  signal: AbortSignal,
): Promise<StartedVariant> {
  if (signal.aborted) throw interrupted();
  // What cannot be stopped now is reported when the stage closes.
  const onAbort = (): void => void system.stop();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await system.start(variant, logFile);
  } catch (error) {
    throw isAborted(signal) ? interrupted() : error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

export const interrupted = (): MettleError =>
  new MettleError({ code: 'INTERRUPTED', message: 'interrupted', exitCode: exitCodes.interrupted });

function undoFailed(left: readonly string[], cause?: unknown): MettleError {
  return new MettleError({
    code: 'UNDO_FAILED',
    message: `an undo could not be completed: ${left.join('; ')}`,
    hint: 'Finish it with: mettle chaos rollback',
    exitCode: exitCodes.undoFailed,
    cause,
  });
}

const quietly =
  (act: () => Promise<void>): Closer =>
  async () => {
    await act();
    return [];
  };

/** Newest first; every one is tried. */
async function closeAll(closers: Closer[]): Promise<readonly string[]> {
  const left: string[] = [];
  for (let closer = closers.pop(); closer !== undefined; closer = closers.pop()) {
    try {
      left.push(...(await closer()));
    } catch (error) {
      left.push(messageOf(error));
    }
  }
  return left;
}
