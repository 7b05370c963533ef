// The run record: everything a report, a comparison or a re-judgement needs, validated when read.

import { z } from 'zod';
import { commitSchema } from './commit-schema.ts';
import { doctorSchema } from './doctor-schema.ts';
import { faultSchema } from './fault-schema.ts';
import {
  containerSeriesSchema,
  processSeriesSchema,
  scrapingSchema,
  settledSchema,
} from './observed-schema.ts';
import { stopSchema } from './stop-schema.ts';
import { suspicionSchema } from './suspicion-schema.ts';

export const formatVersion = 2;

const micros = z.number();
const count = z.number().int().nonnegative();

/**
 * Percentiles rank everything offered, failures above every good answer. null = too few samples for that quantile
 * (fewer than 10/(1−q)). A name in `atLeast` means that the value is a lower bound (`≥`): its rank lies among failures.
 */
const latency = z.object({
  p50: micros.nullable(),
  p95: micros.nullable(),
  p99: micros.nullable(),
  max: micros.nullable(),
  mean: micros.nullable(),
  atLeast: z.array(z.enum(['p50', 'p95', 'p99', 'max', 'mean'])),
});

const series = z.object({
  name: z.string(),
  /** null for the pooled pseudo-series. */
  flow: z.string().nullable(),
  kind: z.enum(['step', 'flow']),
  /** False where no due time exists anywhere in the series: response equals service (closed, unpaced). */
  hasDueTime: z.boolean(),
  /** One entry of the load gives it due times and another does not. Absent: that is not so, or nobody knew. */
  isMixed: z.boolean().optional(),
  timeoutMicros: micros,
  offered: count,
  started: count,
  ok: count,
  failed: count,
  dropped: count,
  unsent: count,
  censored: count,
  skipped: count,
  answered: count,
  bytes: count,
  errors: z.record(z.string(), count),
  /** What was counted beside the offered work, e.g. `unmatched` messages. */
  tallies: z.record(z.string(), count),
  statuses: z.record(z.string(), count),
  examples: z.array(z.object({ class: z.string(), example: z.string(), atMicros: micros })),
  responseMicros: latency,
  serviceMicros: latency,
  connectMicros: latency.nullable(),
  /** Durations beside the latencies, by name (`tls`, `firstByte`, `ping`, `fanoutLast` …); only those that were measured. */
  observedMicros: z.record(z.string(), latency),
});

const phase = z.object({
  /** `warmup`, `steady`, `fault:<id>`, `recovery:<id>`; `steady` may occur several times. */
  name: z.string(),
  startMicros: micros,
  endMicros: micros,
});

const sloStatuses = ['pass', 'warn', 'fail', 'invalid', 'not judged'] as const;

const slo = z.object({
  /** As written in the scenario. */
  text: z.string(),
  severity: z.enum(['fail', 'warn']),
  status: z.enum(sloStatuses),
  /** In the metric's own unit (µs for times, 0…1 for shares, 1/s for rates); null when not computable. */
  value: z.number().nullable(),
  /** The value is a lower bound. */
  atLeast: z.boolean(),
  /** null: relative to other runs, and there was none. */
  limit: z.number().nullable(),
  /** Of a relative promise: what it was held against. */
  baseline: z
    .object({
      /** `last_green`, `pinned(<run id>)`, `rolling_median(20)`, `merge_base` */
      what: z.string(),
      value: z.number().nullable(),
      runs: z.array(z.string()),
    })
    .optional(),
  unit: z.enum(['µs', 'share', '1/s', 'count', 'score', 'bytes']),
  samples: count,
  /** One sentence; always set unless `pass`. */
  reason: z.string().nullable(),
});

const healthLevel = z.enum(['good', 'degraded', 'saturated']);

const health = z.object({
  level: healthLevel,
  /** One line per measure that is not good. */
  reasons: z.array(z.string()),
  judgedSeconds: count,
  /** Each measure: worst level reached in at least 5 % of judged seconds, with its overall value. */
  measures: z.array(
    z.object({
      name: z.string(),
      unit: z.enum(['µs', 'share', 'count']),
      /** 95th percentile of the per-second values. */
      value: z.number(),
      worst: z.number(),
      degradedAbove: z.number(),
      saturatedAbove: z.number(),
      level: healthLevel,
    }),
  ),
});

const verdictStatuses = ['pass', 'warn', 'fail', 'invalid', 'interrupted'] as const;

const verdict = z.object({
  status: z.enum(verdictStatuses),
  reasons: z.array(z.string()),
  exitCode: z.number().int(),
});

const loadEntry = z.object({
  /** Several: each iteration ran one of them, by weight. */
  flows: z.array(z.string()),
  model: z.enum(['arrivals', 'users', 'saturate']),
  /** From the start of the load to the start of this entry. */
  delayMicros: micros,
  /** Rates in 1/s, or numbers of users or connections. */
  stages: z.array(
    z.object({
      from: z.number(),
      to: z.number(),
      forMicros: micros,
      spacing: z.enum(['even', 'poisson']).nullable(),
    }),
  ),
  maxInFlight: z.number().nullable(),
  onLimit: z.enum(['drop', 'queue']).nullable(),
  /** The pace of users; null = unpaced. */
  everyMicros: micros.nullable(),
  iterations: z.object({ count, per: z.enum(['user', 'total']) }).nullable(),
});

const environment = z.object({
  mettle: z.string(),
  node: z.string(),
  platform: z.string(),
  arch: z.string(),
  cpuModel: z.string(),
  cpus: count,
  memoryBytes: count,
  threads: count,
  /** SHA-256 over what makes two machines comparable. */
  fingerprint: z.string(),
  proxy: z.enum(['none', 'embedded', 'toxiproxy']),
  /** Of servers, wherever TLS is used; not: `tls.verify: false`. */
  certificates: z.enum(['verified', 'not verified']),
  /** Who went first when cores were short: see docs/decisions/0008. */
  precedence: z.enum(['raised', 'target lowered', 'equal']),
  /** The newest check-up of this machine, at most a week old; null = there was none. */
  doctor: doctorSchema.nullable(),
});

/** What happened to the target while the run lasted. */
const targetEvent = z.object({
  atMicros: micros,
  /** `container shop_db_1`, `target` */
  source: z.string(),
  /** `out of memory`, `died (exit code 137)`, `started`, `unhealthy` … */
  what: z.string(),
  /** The fault that was on it at that moment. */
  cause: z.string().nullable(),
});

/** What a verdict rests on besides the promises, so that others can be judged later; absent in older records. */
const grounds = z.object({
  undoFailed: z.array(z.string()),
  interrupted: z.string().nullable(),
  invalid: z.array(z.string()),
});

export const runRecordSchema = z.object({
  formatVersion: z.literal(formatVersion),
  id: z.string(),
  scenario: z.object({ name: z.string(), file: z.string().nullable(), hash: z.string() }),
  target: z.object({
    name: z.string(),
    kind: z.enum(['process', 'url']),
    http: z.string().nullable(),
    ws: z.string().nullable(),
  }),
  variant: z.string(),
  seed: z.number().int(),
  /** ISO 8601, UTC. */
  startedAt: z.string(),
  /** The command that repeats this run. */
  command: z.string(),
  /** What it was made from; null: no repository, or no git. Absent in older records. */
  commit: commitSchema.nullable().optional(),
  load: z.object({
    entries: z.array(loadEntry),
    warmupMicros: micros,
    gracefulStopMicros: micros,
    plannedMicros: micros,
    /** How long load was really offered (shorter when interrupted). */
    elapsedMicros: micros,
  }),
  phases: z.array(phase),
  series: z.array(series),
  faults: z.array(faultSchema),
  slo: z.array(slo),
  /** Why the run was stopped by a promise; null: it was not. */
  stoppedBy: stopSchema.nullable().default(null),
  primary: z.string().nullable(),
  /** The primary metric beside earlier runs; no reason of the verdict. Absent: it was not looked for, or there is none. */
  suspicion: suspicionSchema.optional(),
  health,
  processes: z.array(processSeriesSchema),
  containers: z.array(containerSeriesSchema).optional(),
  scraping: scrapingSchema.optional(),
  settled: settledSchema.optional(),
  /** Older records have none. */
  events: z.array(targetEvent).default([]),
  environment,
  /** Anything worth telling that is no reason of the verdict: a target that died, a leftover found. */
  notes: z.array(z.string()),
  grounds: grounds.optional(),
  /** Of a run judged again by other promises: the id of the run, which is also this one's. Absent: it is a run. */
  judgedFrom: z.string().optional(),
  verdict,
});

export type RunRecord = z.infer<typeof runRecordSchema>;
export type SeriesRecord = RunRecord['series'][number];
export type LatencyRecord = z.infer<typeof latency>;
export type PhaseRecord = RunRecord['phases'][number];
export type FaultRecord = RunRecord['faults'][number];
export type SloRecord = RunRecord['slo'][number];
export type HealthRecord = RunRecord['health'];
export type Verdict = RunRecord['verdict'];

export type { FidelityCheck, LinkObservation } from './fault-schema.ts';
