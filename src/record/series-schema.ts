// What was counted and timed of each step and flow, and the load that asked for it, as records keep it.

import { z } from 'zod';

const micros = z.number();
const count = z.number().int().nonnegative();

/**
 * Percentiles rank everything offered, failures above every good answer. null = too few samples for that quantile
 * (fewer than 10/(1−q)). A name in `atLeast` means that the value is a lower bound (`≥`): its rank lies among failures.
 */
export const latencySchema = z.object({
  p50: micros.nullable(),
  p95: micros.nullable(),
  p99: micros.nullable(),
  max: micros.nullable(),
  mean: micros.nullable(),
  atLeast: z.array(z.enum(['p50', 'p95', 'p99', 'max', 'mean'])),
});

export const seriesSchema = z.object({
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
  responseMicros: latencySchema,
  serviceMicros: latencySchema,
  connectMicros: latencySchema.nullable(),
  /** Durations beside the latencies, by name (`tls`, `firstByte`, `ping`, `fanoutLast` …); only those that were measured. */
  observedMicros: z.record(z.string(), latencySchema),
});

export const loadEntrySchema = z.object({
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
