// The virtual users of one load entry in one thread: who they are, what they remember, and how they walk its flows.

import { CookieJar } from '../engines/cookies.ts';
import type { OpenEngine } from '../engines/engine.ts';
import type { StepSpec } from '../engines/registry.ts';
import { deriveSeed, lazyRandom } from '../kernel/random.ts';
import type { Progress } from '../measure/snapshot.ts';
import type { Feeds } from '../scenario/feed-rows.ts';
import type { UserScope } from '../scenario/scope.ts';
import { createUserScope } from '../scenario/scope.ts';
import type { Arrival } from '../workload/arrivals.ts';
import type { Readiness, VirtualUser } from './closed-loop.ts';
import type { FlowPorts, Walker } from './flow.ts';
import { runBefore, runIteration } from './flow.ts';
import type { FlowChoice } from './flow-choice.ts';
import type { PreparedFlow } from './prepared-flow.ts';

/** What becomes of iterations that are due and never begun. */
interface LostPort {
  onNotStarted(series: string, dueAtMicros: number, kind: 'dropped' | 'unsent'): void;
}

export interface PeopleInit<Prepared> {
  readonly choose: FlowChoice<Prepared>;
  readonly seed: number;
  readonly env: Readonly<Record<string, string>>;
  readonly feeds: Feeds;
  readonly engines: Pick<OpenEngine<StepSpec, Prepared>, 'session'>;
  readonly ports: FlowPorts & LostPort;
  readonly progress: Progress;
  /** Aborted = cut off what is in flight. */
  readonly cut: AbortSignal;
  /** This load entry's place in the scenario, and how many there are: keeps user numbers unique in the run. */
  readonly entry: number;
  readonly entries: number;
}

export interface People {
  /** A newcomer runs the flow once. */
  arrive(arrival: Arrival, dueAtMicros: number): Promise<void>;
  /** A user who stays, and runs flows again and again; `life` counts how often this user was opened before. */
  open(user: number, life: number): VirtualUser;
  /** An iteration that was due and is never begun: an arrival (`iteration` 0), or a user's. */
  lost(number: number, iteration: number, dueAtMicros: number, kind: 'dropped' | 'unsent'): void;
}

type Person<Prepared> = Omit<Walker<Prepared>, 'signal'> & { readonly scope: UserScope };

const nothingToDo: Readiness = { began: true, tookMicros: 0 };

export function createPeople<Prepared>(init: PeopleInit<Prepared>): People {
  const { choose, ports, progress } = init;
  const counted = async (pass: () => Promise<void>): Promise<void> => {
    progress.offered += 1;
    progress.started += 1;
    progress.inFlight += 1;
    try {
      await pass();
    } finally {
      progress.inFlight -= 1;
      progress.finished += 1;
    }
  };

  const arrive = async ({ n }: Arrival, dueAtMicros: number): Promise<void> => {
    const { flow } = choose(n, 0);
    const walker = { ...personOf(init, n), signal: init.cut };
    try {
      // The time `before` takes moves the due time along; the lag of the start stays in it.
      const { began, tookMicros } = await prepare(flow, walker, ports);
      walker.scope.beginIteration(n);
      await runIteration(flow, walker, ports, dueAtMicros + tookMicros, began);
    } finally {
      await walker.session.close(init.cut);
    }
  };

  return {
    arrive: (arrival, dueAtMicros) => counted(() => arrive(arrival, dueAtMicros)),
    open: (user, life) => openUser(init, user, life, counted),
    lost: (number, iteration, dueAtMicros, kind) => {
      const { flow, lost } = choose(number, iteration);
      progress.offered += 1;
      progress[kind] += 1;
      ports.onNotStarted(flow.series, dueAtMicros, kind);
      if (lost.dueSeries !== undefined) ports.onNotStarted(lost.dueSeries, dueAtMicros, kind);
      for (const [series, times] of lost.skipped) ports.onSkipped(series, dueAtMicros, times);
    },
  };
}

/**
 * `variation` tells apart several of the same number: the flows that a user runs, and its lives. `iteration` is the one that
 * its `before` steps come before.
 */
function personOf<Prepared>(
  init: PeopleInit<Prepared>,
  number: number,
  variation = '',
  iteration = 0,
): Person<Prepared> {
  const user = number * init.entries + init.entry;
  const seed = variation === '' ? init.seed : deriveSeed(init.seed, variation);
  return {
    session: init.engines.session({ cookies: new CookieJar() }),
    scope: createUserScope({ seed, user, env: init.env, feeds: init.feeds, iteration }),
    random: lazyRandom(() => deriveSeed(seed, `think:${user}`)),
  };
}

/** Runs `before` steps, which have no due time and no place in the load. */
async function prepare<Prepared>(
  flow: PreparedFlow<Prepared>,
  walker: Walker<Prepared>,
  ports: FlowPorts,
): Promise<Readiness> {
  if (flow.before.length === 0) return nothingToDo;
  const startedAtMicros = ports.clock.nowMicros();
  const began = await runBefore(flow.before, walker, ports);
  return { began, tookMicros: ports.clock.nowMicros() - startedAtMicros };
}

/** What a user is in one of its flows. */
interface Self<Prepared> {
  readonly person: Person<Prepared>;
  /** The flow's `before` steps have run. */
  isReady: boolean;
}

/** One flow's login, cookies and captures are not another's: in each flow the user is a person of its own, made on first use. */
function openUser<Prepared>(
  init: PeopleInit<Prepared>,
  user: number,
  life: number,
  counted: (pass: () => Promise<void>) => Promise<void>,
): VirtualUser {
  const { choose, ports } = init;
  const selves = new Map<number, Self<Prepared>>();
  const selfIn = (index: number, iteration: number): Self<Prepared> => {
    let self = selves.get(index);
    if (self === undefined) {
      const variation = index === 0 && life === 0 ? '' : `flow:${index} life:${life}`;
      self = { person: personOf(init, user, variation, iteration), isReady: false };
      selves.set(index, self);
    }
    return self;
  };
  return {
    prepare: async (iteration, signal) => {
      const { index, flow } = choose(user, iteration);
      const self = selfIn(index, iteration);
      if (self.isReady) return nothingToDo;
      const readiness = await prepare(flow, { ...self.person, signal }, ports);
      self.isReady = readiness.began;
      return readiness;
    },
    iterate: (iteration, dueAtMicros, began, signal) =>
      counted(async () => {
        const { index, flow } = choose(user, iteration);
        const { person } = selfIn(index, iteration);
        person.scope.beginIteration(iteration);
        await runIteration(flow, { ...person, signal }, ports, dueAtMicros, began);
      }),
    close: async () => {
      await Promise.all([...selves.values()].map(({ person }) => person.session.close(init.cut)));
    },
  };
}
