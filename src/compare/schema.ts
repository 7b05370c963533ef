// The comparison record (comparison.json): before against after over interleaved pairs of runs.

import { z } from 'zod';
import { claimSchema, metricSchema } from './result-schema.ts';

export const comparisonFormatVersion = 2;

const run = z.object({
  id: z.string(),
  pair: z.number().int(),
  variant: z.string(),
  role: z.enum(['before', 'after']),
  /** Position in the order in which runs were made, from 1. */
  position: z.number().int(),
  seed: z.number().int(),
  /** Folder of the run record, relative to the comparison's folder. */
  folder: z.string(),
  verdict: z.enum(['pass', 'warn', 'fail', 'invalid', 'interrupted']),
  reasons: z.array(z.string()),
});

const keptBy = z.object({
  passed: z.number().int(),
  failed: z.number().int(),
  other: z.number().int(),
  median: z.number().nullable(),
  medianAtLeast: z.boolean(),
});

/** A run that was made again, because of the generator or the machine. */
const repeat = run.pick({
  ...{ id: true, pair: true, variant: true, role: true, folder: true, reasons: true },
});

/** One promise over the runs of a variant. */
const promise = z.object({
  text: z.string(),
  severity: z.enum(['fail', 'warn']),
  unit: z.enum(['µs', 'share', '1/s', 'count', 'score', 'bytes']),
  /** null: relative to other runs. */
  limit: z.number().nullable(),
  before: keptBy,
  after: keptBy,
});

/** Merged latency spectrum of one series and role, for the overlay: value at each of these quantiles. */
const spectrum = z.object({
  series: z.string(),
  role: z.enum(['before', 'after']),
  samples: z.number().int(),
  /** Good answers' response latency; quantile in [0, 1) among everything offered. */
  points: z.array(z.object({ quantile: z.number(), micros: z.number() })),
  /** Share of offered work that was good: the curve ends there. */
  okShare: z.number(),
});

export const comparisonSchema = z.object({
  formatVersion: z.literal(comparisonFormatVersion),
  id: z.string(),
  scenario: z.object({ name: z.string(), file: z.string().nullable(), hash: z.string() }),
  target: z.string(),
  variants: z.object({ before: z.string(), after: z.string() }),
  pairs: z.number().int(),
  design: z.object({
    kind: z.enum(['fixed', 'looks']),
    /** Numbers of pairs after which it is judged, rising. */
    looks: z.array(z.number().int()),
    /** Of the intervals that must exclude no change, and of claims. */
    confidence: z.number(),
    /** Of the intervals that must lie inside the tolerance. */
    equivalence: z.number(),
  }),
  /** In what the runs differ and were compared all the same (`--force`); empty: they are comparable. */
  forced: z.array(z.string()),
  /** The noise floor that stands beside the metrics; null: there is none of this machine and scenario. */
  noise: z
    .object({ id: z.string(), measuredAt: z.string(), variant: z.string(), pairs: z.number().int() })
    .nullable(),
  seed: z.number().int(),
  startedAt: z.string(),
  finishedAt: z.string(),
  command: z.string(),
  runs: z.array(run),
  /** Attempts that were invalid and made again. */
  repeats: z.array(repeat),
  metrics: z.array(metricSchema),
  claims: z.array(claimSchema),
  promises: z.array(promise),
  spectra: z.array(spectrum),
  environment: z.record(z.string(), z.union([z.string(), z.number()])),
  notes: z.array(z.string()),
  verdict: z.object({
    status: z.enum(['pass', 'fail', 'invalid', 'inconclusive', 'interrupted']),
    reasons: z.array(z.string()),
    exitCode: z.number().int(),
  }),
});

export type Comparison = z.infer<typeof comparisonSchema>;
export type MetricComparison = Comparison['metrics'][number];
export type ClaimResult = Comparison['claims'][number];
export type ComparisonRun = Comparison['runs'][number];
export type RepeatedRun = Comparison['repeats'][number];
