// Load plans for tests: one flow of HTTP steps, everything else at its plainest.

import type { StepSpec } from '../../src/engines/registry.ts';
import { stepInputSchemas } from '../../src/engines/registry.ts';
import type { LoadPlan } from '../../src/run/load-plan.ts';
import { defaultHttpSettings, defaultTlsSettings } from '../../src/engines/settings.ts';
import { entryMicros } from '../../src/scenario/load-length.ts';
import type { Flow, LoadEntry, Step } from '../../src/scenario/scenario.ts';

export const second = 1_000_000;

export const httpStep = (
  name: string,
  changes: { timeoutMicros?: number; onError?: 'stop' | 'continue'; wait?: boolean } = {},
): StepSpec =>
  stepInputSchemas.http.parse({
    http: 'GET /',
    name,
    timeout: `${changes.timeoutMicros ?? 30 * second}us`,
    onError: changes.onError,
    wait: changes.wait,
  });

export const flowOf = (steps: readonly Step[], before: readonly Step[] = []): Flow => ({
  name: 'main',
  weight: 1,
  before,
  steps,
});

/** A constant rate of arrivals at the flow `main`. */
export const arrivals = (
  ratePerSecond: number,
  seconds: number,
  changes: { maxInFlight?: number; onLimit?: 'drop' | 'queue'; spacing?: 'even' | 'poisson' } = {},
): LoadEntry => ({
  model: 'arrivals',
  flows: ['main'],
  delayMicros: 0,
  stages: [
    {
      fromPerSecond: ratePerSecond,
      toPerSecond: ratePerSecond,
      forMicros: seconds * second,
      spacing: changes.spacing ?? 'even',
    },
  ],
  maxInFlight: changes.maxInFlight ?? 1_000,
  onLimit: changes.onLimit ?? 'drop',
});

/** A constant number of users of the flow `main`. */
export const users = (count: number, seconds: number): LoadEntry => ({
  model: 'users',
  flows: ['main'],
  delayMicros: 0,
  everyMicros: null,
  iterations: null,
  stages: [{ fromUsers: count, toUsers: count, forMicros: seconds * second }],
});

export function planOf(
  url: string,
  flow: Flow,
  load: readonly LoadEntry[],
  changes: Partial<LoadPlan> = {},
): LoadPlan {
  const ends = load.map((entry) => entry.delayMicros + entryMicros(entry));
  return {
    seed: 42,
    addresses: { http: url, ws: undefined, clients: {} },
    flows: { [flow.name]: flow },
    load,
    http: defaultHttpSettings,
    tls: defaultTlsSettings,
    files: {},
    allow: [],
    pins: {},
    data: {},
    env: {},
    secrets: [],
    warmupMicros: 0,
    gracefulStopMicros: 2 * second,
    durationMicros: Math.max(...ends),
    tightestPromiseMicros: null,
    ...changes,
  };
}
