// The trend record (trend.json): where a metric's history changed, what stands, and when it meets a limit.

import { z } from 'zod';

export const trendFormatVersion = 1;

const unit = z.enum(['µs', 'share', '1/s', 'count', 'score', 'bytes']);

const run = z.object({
  id: z.string(),
  /** ISO 8601, UTC. */
  startedAt: z.iso.datetime(),
  /** null: not known. */
  commit: z.object({ sha: z.string(), dirty: z.boolean() }).nullable(),
  /** In the metric's unit. */
  value: z.number(),
  atLeast: z.boolean(),
});

const leftOut = z.object({
  /** Not measured whole, by its own verdict. */
  unfit: z.number().int(),
  withoutValue: z.number().int(),
  /** Older than the newest that are looked at. */
  older: z.number().int(),
  /** Runs left out after the last one that counts. */
  sinceLast: z.number().int(),
  /** Of the newest 20 that are looked at, or of all where there are fewer; 0 in older records. */
  ofNewest: z.number().int().default(0),
  /** A few reasons, one sentence each. */
  examples: z.array(z.string()),
});

/** A stretch of runs between two changes. */
const level = z.object({
  /** Indexes into `runs`, both included. */
  from: z.number().int(),
  to: z.number().int(),
  /** In the metric's unit. */
  median: z.number(),
  /** The median is a lower bound. */
  atLeast: z.boolean(),
});

const change = z.object({
  /** Index into `runs` of the first run of the new level. */
  index: z.number().int(),
  p: z.number(),
  /** Hodges–Lehmann shift from the level before; scale log: of logarithms, scale points: of shares. */
  shift: z.number(),
  /** Index of the level it is judged against: the last one that was not within the tolerance of its own, or the one before. */
  against: z.number().int(),
  /** Shift from that level. */
  judgedShift: z.number(),
  /** δ that the shift has to pass. */
  tolerance: z.number(),
  outcome: z.enum(['regressed', 'improved', 'changed', 'within tolerance', 'not told']),
  /** Shift from that level to the last one before the next regression; `atLeast`: a level between them is only bounded. */
  reached: z.object({ shift: z.number(), atLeast: z.boolean() }),
  /** It regressed, and no level since was back within the tolerance of the one that it is judged against. */
  stands: z.boolean(),
  /** Why it is accepted; null: it is not. */
  suppressed: z.object({ reason: z.string(), expires: z.string() }).nullable(),
});

const forecast = z.object({
  /** As written. */
  limit: z.string(),
  operator: z.enum(['<', '<=', '>', '>=']),
  /** In the metric's unit. */
  value: z.number(),
  outcome: z.enum(['crossed', 'crosses', 'not within horizon', 'no trend', 'not told', 'too few runs']),
  /** ISO 8601 dates, UTC; null: not within the horizon, or not told. */
  crossesOn: z.string().nullable(),
  earliest: z.string().nullable(),
  latest: z.string().nullable(),
  /** Change in 30 days and its 95 % interval, as the scale has it; null: not told. */
  per30Days: z.object({ value: z.number(), low: z.number(), high: z.number() }).nullable(),
  /** Runs that the line goes through, and the index of the first. */
  runs: z.number().int(),
  from: z.number().int(),
  reason: z.string(),
  /** The line and its 95 % prediction interval, in the metric's unit. */
  curve: z.array(z.object({ at: z.iso.datetime(), value: z.number(), low: z.number(), high: z.number() })),
});

const metric = z.object({
  metric: z.string(),
  /** A regression of it decides the exit code. */
  gates: z.boolean(),
  unit,
  scale: z.enum(['log', 'points']),
  better: z.enum(['lower', 'higher']).nullable(),
  runs: z.array(run),
  leftOut,
  levels: z.array(level),
  changes: z.array(change),
  /** A step in the newest level that is too young to be a change point; null: none is seen. */
  suspected: z
    .object({
      /** Index into `runs` of the first run after it. */
      index: z.number().int(),
      shift: z.number(),
      /** Of the rank sum, for all places where it may be. */
      p: z.number(),
    })
    .nullable(),
  outcome: z.enum([
    'regressed',
    'suspected',
    'suppressed',
    'improved',
    'changed',
    'no change',
    'not told',
    'too few runs',
  ]),
  reason: z.string(),
  forecasts: z.array(forecast),
});

const series = z.object({
  scenario: z.object({ name: z.string(), hash: z.string() }),
  target: z.string(),
  variant: z.string(),
  traits: z.record(z.string(), z.string()),
  /** The primary metric, as the newest run that names one has it; null: none does, or an older record. */
  primary: z.string().nullable().default(null),
  /** How it differs from the newest run of the same scenario, target and variant; null: it has that run. */
  kind: z.string().nullable(),
  /** Runs of the same scenario, target and variant that stand in no series, by how they differ from the newest one. */
  others: z.array(z.object({ what: z.string(), runs: z.number().int(), newest: z.string() })),
  metrics: z.array(metric),
});

const suppression = z.object({
  metric: z.string(),
  at: z.string(),
  upTo: z.string(),
  reason: z.string(),
  expires: z.string(),
  state: z.enum(['suppresses', 'expired', 'too small', 'matches nothing']),
  says: z.string(),
});

export const trendSchema = z.object({
  formatVersion: z.literal(trendFormatVersion),
  id: z.string(),
  createdAt: z.iso.datetime(),
  mettle: z.string(),
  command: z.string(),
  seed: z.number().int(),
  horizonDays: z.number(),
  /** Where the runs came from, as named. */
  sources: z.array(z.string()),
  /** What could not be read, one sentence each. */
  skipped: z.array(z.string()),
  series: z.array(series),
  suppressions: z.array(suppression),
  verdict: z.object({
    status: z.enum(['pass', 'warn', 'fail', 'inconclusive']),
    reasons: z.array(z.string()),
    exitCode: z.number().int(),
  }),
});

export type Trend = z.infer<typeof trendSchema>;
export type TrendSeries = Trend['series'][number];
export type TrendMetric = TrendSeries['metrics'][number];
export type TrendRun = TrendMetric['runs'][number];
export type TrendLevel = TrendMetric['levels'][number];
export type TrendChange = TrendMetric['changes'][number];
export type TrendForecast = TrendMetric['forecasts'][number];
export type TrendSuppression = Trend['suppressions'][number];
