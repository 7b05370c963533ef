// A scenario and its run as those see it who only watch: no threads, no target, times as given.

import type { Scenario, ScheduledFault } from '../../src/scenario/scenario.ts';
import { arrivals, flowOf, httpStep, second } from './load-plans.ts';

/** Latency on `db` in the seconds [at, at + lasting). */
export const slowDb = (at: number, lasting: number): ScheduledFault =>
  ({
    id: 'slow-db',
    atMicros: at * second,
    forMicros: lasting * second,
    on: 'db',
    fault: { kind: 'latency' },
    inject: 'always',
    traffic: 'optional',
  }) as ScheduledFault;

/** Twenty seconds of 40 arrivals a second at one step, `ask`, with a timeout of 5 s. */
export const watchedScenario = (changes: Partial<Scenario> = {}): Scenario =>
  ({
    name: 'watched',
    flows: { main: flowOf([httpStep('ask', { timeoutMicros: 5 * second })]) },
    load: [arrivals(40, 20)],
    warmupMicros: 0,
    durationMicros: 20 * second,
    chaos: [],
    slo: [],
    ...changes,
  }) as Scenario;
