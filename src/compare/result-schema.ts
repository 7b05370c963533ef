// Of the comparison record: what was measured of a metric and of a claim, and what was said of it.

import { z } from 'zod';

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

export const metricSchema = z.object({
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
  /** Two-sided signed-rank p after Benjamini–Hochberg; null: not tested, or judged on its own (primary, or with a claim). */
  adjustedP: z.number().nullable(),
  /** What it would be called on its own, where looking at all that inform forbids it; null: it is called what it is. */
  alone: z.enum(outcomes).nullable().default(null),
  /** Half width of the tolerance band on the scale of `effect`: log scale [ln(1−δ), ln(1+δ)], so this is δ itself. */
  tolerance: z.number(),
  outcome: z.enum(outcomes),
  reason: z.string(),
  /** Smallest change that this many pairs could have shown, as δ; null when not computable. */
  smallestDetectable: z.number().nullable(),
  /** What the variant against itself showed on this machine; null: nobody measured it. */
  noise: metricNoise.nullable(),
});

export const claimSchema = z.object({
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
