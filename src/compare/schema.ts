// The comparison record (comparison.json): before against after over interleaved pairs of runs.

import { z } from 'zod';

export const comparisonFormatVersion = 2;

/** JSON has no infinity: null at an end of an interval means open. */
const interval = z.object({ low: z.number().nullable(), high: z.number().nullable() });

/** Where the estimate really lies when it rests on bounds; null: it is exact. */
const estimateRange = interval.nullable();

const pair = z.object({
  pair: z.number().int(),
  /** The metric's value in each run, in its unit (µs, share, 1/s, score); null = not computable. */
  before: z.number().nullable(),
  after: z.number().nullable(),
  beforeAtLeast: z.boolean(),
  afterAtLeast: z.boolean(),
  /** scale log: ln(after/before); scale points: after − before (a share, so 0.01 = one point). */
  effect: z.number().nullable(),
});

/** Medians of the runs of each side, in the metric's unit; `…AtLeast`: it is a lower bound. */
const medians = {
  beforeMedian: z.number().nullable(),
  afterMedian: z.number().nullable(),
  beforeMedianAtLeast: z.boolean(),
  afterMedianAtLeast: z.boolean(),
};

/** Of a variant against itself, on this machine. */
const metricNoise = z.object({
  /** The smallest change that so many pairs show in 80 % of cases, as δ. */
  detectable: z.object({ pairs: z.number().int(), change: z.number().nullable() }).nullable(),
  /** Made of its pairs by swapping members, and how many of them said improved or regressed. */
  comparisons: z.number().int(),
  falseAlarms: z.number().int(),
  /** Real comparisons of the variant with itself. */
  repeated: z.object({ comparisons: z.number().int(), falseAlarms: z.number().int() }).nullable(),
});

const outcomes = ['improved', 'regressed', 'no change', 'inconclusive', 'invalid'] as const;

const metric = z.object({
  metric: z.string(),
  primary: z.boolean(),
  /** The phases that it is of; empty: the whole run without the warm-up. */
  during: z.array(z.string()),
  unit: z.enum(['µs', 'share', '1/s', 'count', 'score', 'bytes']),
  /** null: nothing says so, and it was not judged. */
  better: z.enum(['lower', 'higher']).nullable(),
  scale: z.enum(['log', 'points']),
  pairs: z.array(pair),
  ...medians,
  /** Hodges–Lehmann estimate and signed-rank intervals at the design's two levels, on the scale of `effect`. */
  estimate: z.number().nullable(),
  estimateRange,
  interval: interval.nullable(),
  equivalence: interval.nullable(),
  /** Of the metrics that inform: two-sided signed-rank p after Benjamini–Hochberg over all of them; null: not tested. */
  adjustedP: z.number().nullable(),
  /** Half width of the tolerance band on the scale of `effect`: log scale [ln(1−δ), ln(1+δ)], so this is δ itself. */
  tolerance: z.number(),
  outcome: z.enum(outcomes),
  reason: z.string(),
  /** Smallest change that this many pairs could have shown, as δ; null when not computable. */
  smallestDetectable: z.number().nullable(),
  /** What the variant against itself showed on this machine; null: nobody measured it. */
  noise: metricNoise.nullable(),
});

const claim = z.object({
  id: z.string(),
  says: z.string(),
  metric: z.string(),
  expect: z.string(),
  documented: z.object({ before: z.string(), after: z.string() }).nullable(),
  because: z.string().nullable(),
  unit: z.enum(['µs', 'share', '1/s', 'count', 'score', 'bytes']),
  scale: z.enum(['log', 'points']),
  ...medians,
  /** Of the tested quantity: ln(after/before), or after − (1−x)·before for rates. */
  estimate: z.number().nullable(),
  estimateRange,
  interval: interval.nullable(),
  /** The claim holds on the side of `threshold` given by `side`. */
  threshold: z.number(),
  side: z.enum(['below', 'above']),
  verdict: z.enum(['confirmed', 'refuted', 'inconclusive', 'invalid']),
  reason: z.string(),
});

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
  metrics: z.array(metric),
  claims: z.array(claim),
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
