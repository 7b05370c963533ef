// One thread's whole load: its arrivals and its users, from the common start until nothing more is offered.

import type { OpenEngine } from '../engines/engine.ts';
import type { StepSpec } from '../engines/registry.ts';
import { deriveSeed } from '../kernel/random.ts';
import type { Progress } from '../measure/snapshot.ts';
import { noProgress } from '../measure/snapshot.ts';
import { openFeeds } from '../scenario/scope.ts';
import { createArrivals } from '../workload/arrivals.ts';
import { belongsTo } from '../workload/partition.ts';
import { peakUsers, presencesOf } from '../workload/users-curve.ts';
import { runUser } from './closed-loop.ts';
import type { FlowPorts } from './flow.ts';
import { InFlight } from './in-flight.ts';
import type { LoadShare, WorkerPlan } from './load-plan.ts';
import { OpenLoop } from './open-loop.ts';
import type { People } from './people.ts';
import { createPeople } from './people.ts';
import type { PreparedFlow } from './prepared-flow.ts';
import { notBegun, prepareFlow } from './prepared-flow.ts';

/** What the load needs and what it tells as it goes; all times on the machine's clock. */
export interface ThreadLoadPorts<Prepared> extends FlowPorts {
  readonly engines: Pick<OpenEngine<StepSpec, Prepared>, 'prepare' | 'session'>;
  onNotStarted(series: string, dueAtMicros: number, kind: 'dropped' | 'unsent'): void;
  /** Aborted = offer nothing more. */
  readonly stop: AbortSignal;
  /** Aborted = cut off what is in flight; it is then censored. */
  readonly cut: AbortSignal;
}

export interface ThreadLoad {
  /** Offers the whole load; resolves when all arrivals are begun or given up and the last user is gone. Rejects for bugs. */
  offer(startAtMicros: number): Promise<void>;
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
  const feeds = openFeeds(plan.data, plan.thread);
  const shares = plan.load.map((share) => {
    const [name = ''] = share.entry.flows;
    const spec = plan.flows[name];
    if (spec === undefined) throw new Error(`the load names a flow that does not exist: ${name}`);
    const flow = prepareFlow(spec, (step) => ports.engines.prepare(step));
    const { seed, env, entries } = plan;
    const { engines, cut } = ports;
    const people = createPeople({
      flow,
      seed,
      env,
      feeds,
      engines,
      ports,
      progress,
      cut,
      entry: share.index,
      entries,
    });
    return { share, flow, people };
  });
  const sum = (nowMicros: number, pick: 'behind' | 'waiting'): number =>
    loops.reduce((total, loop) => total + loop.backlog(nowMicros)[pick], 0);

  return {
    offer: async (startAtMicros) => {
      await Promise.all(
        shares.flatMap(({ share, flow, people }) =>
          share.entry.model === 'users'
            ? runUsers(share, people, loading, startAtMicros)
            : [runArrivals(share, flow, people, loading, startAtMicros)],
        ),
      );
    },
    idle: async (signal) => {
      for (const inFlight of flights) await inFlight.idle(signal);
    },
    behind: (nowMicros) => sum(nowMicros, 'behind'),
    progress: (nowMicros) => ({ ...progress, waiting: sum(nowMicros, 'waiting') }),
  };
}

function runUsers<Prepared>(
  { entry, partition }: LoadShare,
  people: People,
  { plan, ports, progress }: Loading<Prepared>,
  startAtMicros: number,
): Promise<void>[] {
  if (entry.model !== 'users') return [];
  const users = Array.from({ length: peakUsers(entry.stages) }, (_, user) => user);
  const { clock, stop, cut } = ports;
  const { gracefulStopMicros } = plan;
  const openUser = (user: number): ReturnType<People['open']> => people.open(user);
  return users
    .filter((user) => belongsTo(user, partition))
    .map((user) =>
      runUser(user, presencesOf(entry.stages, user), {
        clock,
        startAtMicros,
        gracefulStopMicros,
        progress,
        stop,
        cut,
        openUser,
      }),
    );
}

function runArrivals<Prepared>(
  { entry, partition, index }: LoadShare,
  flow: PreparedFlow<Prepared>,
  people: People,
  { plan, ports, progress, flights, loops }: Loading<Prepared>,
  startAtMicros: number,
): Promise<void> {
  if (entry.model !== 'arrivals') return Promise.resolve();
  const inFlight = new InFlight(entry.maxInFlight);
  const lost = notBegun(flow);
  const loop = new OpenLoop({
    clock: ports.clock,
    arrivals: createArrivals(entry.stages, deriveSeed(plan.seed, `arrivals:${index}`), partition),
    startAtMicros,
    durationMicros: entry.stages.reduce((total, { forMicros }) => total + forMicros, 0),
    onLimit: entry.onLimit,
    inFlight,
    progress,
    stop: ports.stop,
    cut: ports.cut,
    iterate: (arrival, dueAtMicros) => people.arrive(arrival, dueAtMicros),
    notStarted: (dueAtMicros, kind) => {
      ports.onNotStarted(flow.series, dueAtMicros, kind);
      if (lost.dueSeries !== undefined) ports.onNotStarted(lost.dueSeries, dueAtMicros, kind);
      for (const [series, times] of lost.skipped) ports.onSkipped(series, dueAtMicros, times);
    },
    onLag: (lagMicros) => ports.onLag(lagMicros),
  });
  flights.push(inFlight);
  loops.push(loop);
  return loop.run();
}
