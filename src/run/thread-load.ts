// One thread's whole load: its arrivals and its users, from the common start until nothing more is offered.

import type { OpenEngine } from '../engines/engine.ts';
import type { StepSpec } from '../engines/registry.ts';
import type { Saturator } from '../engines/saturate.ts';
import { deriveSeed } from '../kernel/random.ts';
import type { Progress } from '../measure/snapshot.ts';
import { noProgress } from '../measure/snapshot.ts';
import { entryMicros } from '../scenario/load-length.ts';
import type { ArrivalsEntry, UsersEntry } from '../scenario/scenario.ts';
import { openFeeds } from '../scenario/feed-rows.ts';
import { createArrivals } from '../workload/arrivals.ts';
import { belongsTo, shareOf } from '../workload/partition.ts';
import { peakUsers, presencesOf } from '../workload/users-curve.ts';
import { runUser } from './closed-loop.ts';
import type { FlowPorts } from './flow.ts';
import { createFlowChoice } from './flow-choice.ts';
import { InFlight } from './in-flight.ts';
import type { LoadShare, WorkerPlan } from './load-plan.ts';
import { Offer } from './offer.ts';
import { OpenLoop } from './open-loop.ts';
import type { People } from './people.ts';
import { createPeople } from './people.ts';
import { prepareFlow } from './prepared-flow.ts';
import type { SaturateRun } from './saturate-load.ts';
import { prepareSaturate } from './saturate-load.ts';

/** What the load needs and what it tells as it goes; all times on the machine's clock. */
export interface ThreadLoadPorts<Prepared> extends FlowPorts {
  readonly engines: Pick<OpenEngine<StepSpec, Prepared>, 'prepare' | 'session'>;
  onNotStarted(series: string, dueAtMicros: number, kind: 'dropped' | 'unsent'): void;
  /** Aborted = offer nothing more. */
  readonly stop: AbortSignal;
  /** Aborted = cut off what is in flight; it is then censored. */
  readonly cut: AbortSignal;
  /** Needed where something saturates. */
  readonly saturator?: Saturator | undefined;
}

export interface ThreadLoad {
  /**
   * Offers the whole load; resolves when all arrivals are begun or given up and the last user is gone, with the moment at
   * which this thread had nothing more to offer. Rejects for bugs.
   */
  offer(startAtMicros: number): Promise<number>;
  /** Resolves when nothing is in flight, or `signal` aborts. Rejects with what a bug threw. */
  idle(signal: AbortSignal): Promise<void>;
  /** How many arrivals are due and not begun for Mettle's own reasons. */
  behind(nowMicros: number): number;
  /** Of this moment. */
  progress(nowMicros: number): Progress;
}

interface Loading<Prepared> {
  readonly plan: WorkerPlan;
  readonly ports: ThreadLoadPorts<Prepared>;
  readonly progress: Progress;
  readonly flights: InFlight[];
  readonly loops: OpenLoop[];
}

/** Compiles every flow; throws MettleError when a template cannot be compiled. */
export function createThreadLoad<Prepared>(plan: WorkerPlan, ports: ThreadLoadPorts<Prepared>): ThreadLoad {
  const loading: Loading<Prepared> = { plan, ports, progress: noProgress(), flights: [], loops: [] };
  const { progress, flights, loops } = loading;
  const peopleOf = preparePeople(plan, ports, progress);
  const shares = plan.load.map((share) => ({
    share,
    people: peopleOf(share),
    saturate: saturateOf(share, loading),
  }));
  const sum = (nowMicros: number, pick: 'behind' | 'waiting'): number =>
    loops.reduce((total, loop) => total + loop.backlog(nowMicros)[pick], 0);

  return {
    offer: async (startAtMicros) => {
      const ends = shares.map(({ share, people, saturate }): Promise<number> => {
        const { entry } = share;
        const entryStartMicros = startAtMicros + entry.delayMicros;
        if (entry.model === 'users') return runUsers(entry, share, people, loading, entryStartMicros);
        if (entry.model === 'arrivals') return runArrivals(entry, share, people, loading, entryStartMicros);
        return saturate?.(entryStartMicros) ?? Promise.resolve(entryStartMicros + entry.forMicros);
      });
      return Math.max(startAtMicros, ...(await Promise.all(ends)));
    },
    idle: async (signal) => {
      for (const inFlight of flights) await inFlight.idle(signal);
    },
    behind: (nowMicros) => sum(nowMicros, 'behind'),
    progress: (nowMicros) => ({ ...progress, waiting: sum(nowMicros, 'waiting') }),
  };
}

function saturateOf<Prepared>(
  { entry }: LoadShare,
  { plan, ports, progress }: Loading<Prepared>,
): SaturateRun | undefined {
  const flow = plan.flows[entry.flows[0] ?? ''];
  if (entry.model !== 'saturate' || flow === undefined) return undefined;
  return prepareSaturate({ entry, flow, gracefulStopMicros: plan.gracefulStopMicros, progress }, ports);
}

/** The people of each entry; flows and data are made ready once for all of them. */
function preparePeople<Prepared>(
  plan: WorkerPlan,
  ports: ThreadLoadPorts<Prepared>,
  progress: Progress,
): (share: LoadShare) => People {
  const { seed, env, entries } = plan;
  const { engines, cut } = ports;
  return ({ entry, index }) => {
    const feeds = openFeeds(plan.data, { entry, index, entries, readers: plan.readers });
    const flows = entry.flows.map((name) => {
      const spec = plan.flows[name];
      if (spec === undefined) throw new Error(`the load names a flow that does not exist: ${name}`);
      return { flow: prepareFlow(spec, (step) => engines.prepare(step), plan.secrets), weight: spec.weight };
    });
    const choose = createFlowChoice(flows, seed, index);
    return createPeople({ choose, seed, env, feeds, engines, ports, progress, cut, entry: index, entries });
  };
}

/** With a number of iterations it is over when they are done; without, at the end of the stages, come what may. */
async function runUsers<Prepared>(
  entry: UsersEntry,
  { partition }: LoadShare,
  people: People,
  { plan, ports, progress }: Loading<Prepared>,
  startAtMicros: number,
): Promise<number> {
  const { clock, stop, cut } = ports;
  const peak = peakUsers(entry.stages);
  const users = Array.from({ length: peak }, (_, user) => user).filter((user) => belongsTo(user, partition));
  const { iterations } = entry;
  // Every user brings its part of a number in total to its thread: the parts are exact, whatever the threads.
  const inTotal =
    iterations?.per === 'total'
      ? users.reduce((sum, index) => sum + shareOf(iterations.count, { index, count: peak }), 0)
      : Infinity;
  const offer = new Offer(clock, stop, inTotal);
  const living = new Set<AbortController>();
  cut.addEventListener('abort', () => living.forEach((life) => life.abort()), { once: true });
  const lives = users.map((user) =>
    runUser(user, presencesOf(entry.stages, user), {
      clock,
      startAtMicros,
      gracefulStopMicros: plan.gracefulStopMicros,
      everyMicros: entry.everyMicros,
      iterationsPerUser: iterations?.per === 'user' ? iterations.count : Infinity,
      progress,
      offer,
      living,
      openUser: (number, life) => people.open(number, life),
      missed: (number, iteration, dueAtMicros, kind) => people.lost(number, iteration, dueAtMicros, kind),
      onLag: (lagMicros) => ports.onLag(lagMicros),
    }),
  );
  const endAtMicros = startAtMicros + entryMicros(entry);
  if (iterations === null) lives.push(ports.pauses.sleepUntil(endAtMicros, stop));
  await Promise.all(lives);
  return Math.min(clock.nowMicros(), endAtMicros);
}

async function runArrivals<Prepared>(
  entry: ArrivalsEntry,
  { partition, index }: LoadShare,
  people: People,
  { plan, ports, flights, loops }: Loading<Prepared>,
  startAtMicros: number,
): Promise<number> {
  const inFlight = new InFlight(entry.maxInFlight);
  const durationMicros = entryMicros(entry);
  const loop = new OpenLoop({
    clock: ports.clock,
    arrivals: createArrivals(entry.stages, deriveSeed(plan.seed, `arrivals:${index}`), partition),
    startAtMicros,
    durationMicros,
    onLimit: entry.onLimit,
    inFlight,
    stop: ports.stop,
    cut: ports.cut,
    iterate: (arrival, dueAtMicros) => people.arrive(arrival, dueAtMicros),
    notStarted: ({ n }, dueAtMicros, kind) => people.lost(n, 0, dueAtMicros, kind),
    onLag: (lagMicros) => ports.onLag(lagMicros),
  });
  flights.push(inFlight);
  loops.push(loop);
  await loop.run();
  return Math.min(ports.clock.nowMicros(), startAtMicros + durationMicros);
}
