// The virtual users of one load entry in one thread: who they are, what they remember, and how they walk the flow.

import { CookieJar } from '../engines/cookies.ts';
import type { OpenEngine } from '../engines/engine.ts';
import type { StepSpec } from '../engines/registry.ts';
import { createRandom, deriveSeed } from '../kernel/random.ts';
import type { Progress } from '../measure/snapshot.ts';
import type { Feeds, UserScope } from '../scenario/scope.ts';
import { createUserScope } from '../scenario/scope.ts';
import type { Arrival } from '../workload/arrivals.ts';
import type { VirtualUser } from './closed-loop.ts';
import type { FlowPorts, Walker } from './flow.ts';
import { runBefore, runIteration } from './flow.ts';
import type { PreparedFlow } from './prepared-flow.ts';

export interface PeopleInit<Prepared> {
  readonly flow: PreparedFlow<Prepared>;
  readonly seed: number;
  readonly env: Readonly<Record<string, string>>;
  readonly feeds: Feeds;
  readonly engines: Pick<OpenEngine<StepSpec, Prepared>, 'session'>;
  readonly ports: FlowPorts;
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
  /** A user who stays, and runs the flow again and again. */
  open(user: number): VirtualUser;
}

type Person<Prepared> = Omit<Walker<Prepared>, 'signal'> & { readonly scope: UserScope };

export function createPeople<Prepared>(init: PeopleInit<Prepared>): People {
  const { flow, ports, progress } = init;

  const person = (number: number): Person<Prepared> => {
    const user = number * init.entries + init.entry;
    return {
      session: init.engines.session({ cookies: new CookieJar() }),
      scope: createUserScope({ seed: init.seed, user, env: init.env, feeds: init.feeds }),
      random: createRandom(deriveSeed(init.seed, `think:${user}`)),
    };
  };

  const counted = async (pass: () => Promise<void>): Promise<void> => {
    progress.started += 1;
    progress.inFlight += 1;
    try {
      await pass();
    } finally {
      progress.inFlight -= 1;
      progress.finished += 1;
    }
  };

  return {
    arrive: (arrival, dueAtMicros) =>
      counted(async () => {
        const walker = { ...person(arrival.n), signal: init.cut };
        try {
          let due = dueAtMicros;
          let began = true;
          if (flow.before.length > 0) {
            // The time `before` takes moves the due time along; the lag of the start stays in it.
            const startedAtMicros = ports.clock.nowMicros();
            began = await runBefore(flow.before, walker, ports);
            due += ports.clock.nowMicros() - startedAtMicros;
          }
          walker.scope.beginIteration(arrival.n);
          await runIteration(flow, walker, ports, due, began);
        } finally {
          await walker.session.close();
        }
      }),
    open: (number) => {
      const self = person(number);
      let iteration = 0;
      return {
        iterate: async (signal) => {
          const walker = { ...self, signal };
          const began = iteration > 0 || (await runBefore(flow.before, walker, ports));
          self.scope.beginIteration(iteration);
          iteration += 1;
          progress.offered += 1;
          await counted(() => runIteration(flow, walker, ports, null, began));
          return began;
        },
        close: () => self.session.close(),
      };
    },
  };
}
