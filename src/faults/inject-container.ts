// Injecting one fault on containers: all of them at the same time, each journalled, held and undone by itself.

import { systemClock } from '../kernel/clock.ts';
import type { Clock } from '../kernel/clock.ts';
import { exitCodes, messageOf, MettleError } from '../kernel/errors.ts';
import type { Tracker, UndoIntent } from '../kernel/ports.ts';
import type { DockerAddress, DockerPort } from './clients/docker-port.ts';
import type { ContainerState } from './clients/docker-state.ts';
import { connectDocker } from './clients/docker.ts';
import { watchContainer } from './container/watch.ts';
import type { Injection, InjectionResult } from './fault.ts';
import { hold } from './hold.ts';
import { containerFaultOf } from './registry.ts';
import type { ContainerFaultSpec } from './registry.ts';

export interface ContainerInjectionRequest {
  readonly id: string;
  readonly spec: ContainerFaultSpec;
  /** How long it is meant to last. */
  readonly forMicros: number;
  readonly tracker: Tracker;
  readonly docker: DockerAddress;
  /** At least one; the guard has let them pass. */
  readonly containers: readonly ContainerState[];
  /** Told the moment right before acting: its effect counts from there. */
  readonly onActing?: (effectAtMicros: number) => void;
}

/**
 * Rejects when it could not be put on every one of them: then it has been undone on the others, or, with exit code 4, the
 * error says what is left (and the journal still holds it). What met the fault cannot be seen from here: its traffic is
 * `unknown`.
 */
export async function injectOnContainers(
  request: ContainerInjectionRequest,
  clock: Clock = systemClock,
): Promise<Injection> {
  const { spec, id, docker, containers } = request;
  const fault = containerFaultOf(spec);
  // All are planned before any is touched: what cannot be put back is refused there.
  const intents = await Promise.all(
    containers.map(async (state) => await fault.plan(spec, id, { docker, state })),
  );
  const engine = await connectDocker(docker);
  const gathering = gather(containers.length);
  const outcomes = await Promise.allSettled(
    containers.map((state, index) => {
      const intent = intents[index];
      if (intent === undefined) throw new Error('a container without a plan');
      const arrived = (): void => gathering.arrived(index);
      const planned = { state, intent, arrived, all: gathering.all };
      // One that could not even be journalled is not acted upon: nobody is to wait for it.
      return holdOne(request, engine, planned, clock).finally(arrived);
    }),
  );
  const held = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const refused = outcomes.flatMap((outcome) =>
    outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
  );
  if (refused.length === 0)
    return together(
      held,
      containers.map(({ name }) => name),
    );
  const cleared = await Promise.all(held.map((injection) => injection.clear()));
  const left = cleared.flatMap(({ note }) => (note === null ? [] : [note]));
  // What is left of one outranks why another was refused.
  const worst = refused.find(isUndoFailed) ?? refused[0];
  throw left.length === 0 ? worst : undoFailed(worst, left);
}

/** Something of it is left on a container. */
export const isUndoFailed = (error: unknown): boolean =>
  error instanceof MettleError && error.exitCode === exitCodes.undoFailed;

interface Planned {
  readonly state: ContainerState;
  readonly intent: UndoIntent;
  /** To be called when it is in effect, or could not be brought about. */
  readonly arrived: () => void;
  /** Resolves when all have arrived. */
  readonly all: Promise<void>;
}

/** Those that are acted upon at the same time; one of them may arrive more than once. */
function gather(count: number): Pick<Planned, 'all'> & { arrived(index: number): void } {
  const there = new Set<number>();
  let resolve: () => void = () => undefined;
  const all = new Promise<void>((resolved) => (resolve = resolved));
  return {
    all,
    arrived(index) {
      there.add(index);
      if (there.size === count) resolve();
    },
  };
}

async function holdOne(
  { spec, tracker, forMicros, onActing }: ContainerInjectionRequest,
  engine: DockerPort,
  { state, intent, arrived, all }: Planned,
  clock: Clock,
): Promise<Injection> {
  const fault = containerFaultOf(spec);
  const watch = watchContainer(engine, state, clock);
  return await hold({
    ...{ intent, tracker, clock, forMicros, mayEndByItself: !fault.lastsUntilCleared, onActing },
    countsSince: fault.countsSince ?? 'read back',
    effectWithinMicros: engineTakesMicros + (fault.actsWithinMicros?.(spec) ?? 0),
    async apply() {
      try {
        await fault.apply(spec, intent);
        if (fault.lastsUntilCleared) await watch.begin();
      } finally {
        arrived();
      }
    },
    // One that is down at once must not outlive its time, or be judged too long, while another takes its grace.
    together: () => all,
    // Nothing is put back here; but this is the last moment to look before it is.
    async restore() {
      await watch.end();
      return null;
    },
    judge: async () => ({
      fidelity: fault.judge(spec, await watch.seen()),
      traffic: { before: null, during: null, status: 'unknown' },
      observation: null,
    }),
  });
}

/** Docker's limit for taking effect. */
const engineTakesMicros = 5_000_000;

/** Several holds as one: in effect with the first, over with the last. */
const together = (held: readonly Injection[], hit: readonly string[]): Injection => ({
  effectAtMicros: Math.min(...held.map(({ effectAtMicros }) => effectAtMicros)),
  countsFromMicros: Math.max(
    ...held.map(({ countsFromMicros, effectAtMicros }) => countsFromMicros ?? effectAtMicros),
  ),
  async clear(onCleared) {
    const told = onceAllAreOver(held.length, onCleared);
    return merged(await Promise.all(held.map((injection) => injection.clear(told))), hit);
  },
});

/** Called by each hold when it is over, tells of the last; never where one could not be undone. */
function onceAllAreOver(holds: number, tell: Parameters<Injection['clear']>[0]) {
  const over: number[] = [];
  return (clearedAtMicros: number): void => {
    over.push(clearedAtMicros);
    if (over.length === holds) tell?.(Math.max(...over));
  };
}

function merged(results: readonly InjectionResult[], hit: readonly string[]): InjectionResult {
  const notes = results.flatMap(({ note }) => (note === null ? [] : [note]));
  const cleared = results.flatMap(({ clearedAtMicros: at }) => (at === null ? [] : [at]));
  const whose = (index: number): string => (hit.length > 1 ? `${hit[index] ?? ''}: ` : '');
  return {
    clearedAtMicros: cleared.length < results.length ? null : Math.max(...cleared),
    status: results.every(({ status }) => status === 'undone') ? 'undone' : 'undo failed',
    note: notes.length === 0 ? null : notes.join('; '),
    fidelity: results.flatMap(({ fidelity }, index) =>
      fidelity.map((check) => ({ ...check, name: `${whose(index)}${check.name}` })),
    ),
    traffic: { before: null, during: null, status: 'unknown' },
    observation: null,
    hit,
  };
}

const undoFailed = (cause: unknown, left: readonly string[]): MettleError =>
  new MettleError({
    code: 'UNDO_FAILED',
    message: `${messageOf(cause)}; what was done to other containers could not be undone: ${left.join('; ')}`,
    hint: 'finish it with: mettle chaos rollback',
    exitCode: exitCodes.undoFailed,
    cause,
  });
