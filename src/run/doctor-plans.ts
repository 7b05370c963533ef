// The two loads of the doctor, as plain plans: as fast as one thread can, and a schedule against known delays.

import { httpStepInput } from '../engines/http-step.ts';
import { defaultHttpSettings, defaultTlsSettings } from '../engines/settings.ts';
import type { LoadEntry } from '../scenario/scenario.ts';
import type { Effort } from './doctor-effort.ts';
import { knownPaths } from './doctor-server.ts';
import type { LoadPlan } from './load-plan.ts';

/** Series of the doctor's only step. */
export const doctorSeries = 'doctor';
const flowName = 'doctor';
/** Enough to keep one thread busy all the time. */
const users = 32;
/** Due times a second against the known delays. */
const ratePerSecond = 1_000;

const common = { flows: [flowName], delayMicros: 0 } as const;

const effortMicros = ({ warmupMicros, windowMicros, windows }: Effort): number =>
  warmupMicros + windows * windowMicros;

/** Users without a pause, against answers that take no time. */
export const ceilingPlan = (url: string, effort: Effort): LoadPlan =>
  planOf(url, knownPaths.instant, effort, {
    model: 'users',
    ...common,
    stages: [{ fromUsers: users, toUsers: users, forMicros: effortMicros(effort) }],
    everyMicros: null,
    iterations: null,
  });

/** An even schedule, as most scenarios have one. */
export const knownPlan = (url: string, effort: Effort): LoadPlan =>
  planOf(url, knownPaths.known, effort, {
    model: 'arrivals',
    ...common,
    stages: [
      {
        fromPerSecond: ratePerSecond,
        toPerSecond: ratePerSecond,
        forMicros: effortMicros(effort),
        spacing: 'even',
      },
    ],
    maxInFlight: 1_000,
    onLimit: 'drop',
  });

function planOf(url: string, path: string, effort: Effort, entry: LoadEntry): LoadPlan {
  const step = httpStepInput.parse({ http: `GET ${path}`, name: doctorSeries, timeout: '5s' });
  return {
    seed: 1,
    addresses: { http: url, ws: undefined, clients: {} },
    flows: { [flowName]: { name: flowName, weight: 1, before: [], steps: [step] } },
    http: defaultHttpSettings,
    tls: defaultTlsSettings,
    files: {},
    allow: [],
    pins: {},
    load: [entry],
    data: {},
    env: {},
    secrets: [],
    warmupMicros: effort.warmupMicros,
    gracefulStopMicros: 1_000_000,
    durationMicros: effortMicros(effort),
    tightestPromiseMicros: null,
  };
}
