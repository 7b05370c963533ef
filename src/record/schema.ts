// The run record: everything a report, a comparison or a re-judgement needs, validated when read.

import { z } from 'zod';
import { commitSchema } from './commit-schema.ts';
import { environmentSchema, healthSchema, targetEventSchema } from './environment-schema.ts';
import { faultSchema } from './fault-schema.ts';
import {
  containerSeriesSchema,
  processSeriesSchema,
  scrapingSchema,
  settledSchema,
} from './observed-schema.ts';
import { type latencySchema, loadEntrySchema, seriesSchema } from './series-schema.ts';
import { stopSchema } from './stop-schema.ts';
import { suspicionSchema } from './suspicion-schema.ts';
import { groundsSchema, sloSchema, verdictSchema } from './verdict-schema.ts';

export const formatVersion = 2;

const micros = z.number();

const phase = z.object({
  /** `warmup`, `steady`, `fault:<id>`, `recovery:<id>`; `steady` may occur several times. */
  name: z.string(),
  startMicros: micros,
  endMicros: micros,
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
    /** Of a target that is nothing but a URL: that URL, as it was written. */
    server: z.string().optional(),
    /** Digest of `--set target.env.…`, which says nothing of the values; absent: nothing was set. */
    settings: z.string().optional(),
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
    entries: z.array(loadEntrySchema),
    warmupMicros: micros,
    gracefulStopMicros: micros,
    plannedMicros: micros,
    /** How long load was really offered (shorter when interrupted). */
    elapsedMicros: micros,
  }),
  phases: z.array(phase),
  series: z.array(seriesSchema),
  faults: z.array(faultSchema),
  slo: z.array(sloSchema),
  /** Why the run was stopped by a promise; null: it was not. */
  stoppedBy: stopSchema.nullable().default(null),
  primary: z.string().nullable(),
  /** The primary metric beside earlier runs; no reason of the verdict. Absent: it was not looked for, or there is none. */
  suspicion: suspicionSchema.optional(),
  health: healthSchema,
  processes: z.array(processSeriesSchema),
  containers: z.array(containerSeriesSchema).optional(),
  scraping: scrapingSchema.optional(),
  settled: settledSchema.optional(),
  /** Older records have none. */
  events: z.array(targetEventSchema).default([]),
  environment: environmentSchema,
  /** Anything worth telling that is no reason of the verdict: a target that died, a leftover found. */
  notes: z.array(z.string()),
  grounds: groundsSchema.optional(),
  /** Of a run judged again by other promises: the id of the run, which is also this one's. Absent: it is a run. */
  judgedFrom: z.string().optional(),
  verdict: verdictSchema,
});

export type RunRecord = z.infer<typeof runRecordSchema>;
export type SeriesRecord = RunRecord['series'][number];
export type LatencyRecord = z.infer<typeof latencySchema>;
export type PhaseRecord = RunRecord['phases'][number];
export type FaultRecord = RunRecord['faults'][number];
export type SloRecord = RunRecord['slo'][number];
export type HealthRecord = RunRecord['health'];
export type Verdict = RunRecord['verdict'];

export type { FidelityCheck, LinkObservation } from './fault-schema.ts';
