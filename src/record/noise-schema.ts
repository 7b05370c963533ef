// The noise floor of a machine for a scenario: what comparing a variant with itself found there (`mettle aa`).

import { z } from 'zod';

export const noiseFormatVersion = 1;

const metricNoise = z.object({
  metric: z.string(),
  unit: z.enum(['µs', 'share', '1/s', 'count', 'score', 'bytes']),
  scale: z.enum(['log', 'points']),
  /** Of the effects of the pairs, on the scale of effects: their Hodges–Lehmann estimate and standard deviation. */
  estimate: z.number().nullable(),
  deviation: z.number().nullable(),
  /** What the whole rule said of all pairs: anything but `no change` or `inconclusive` is a false alarm. */
  outcome: z.enum(['improved', 'regressed', 'no change', 'inconclusive', 'invalid']),
  /** Comparisons made of these runs by swapping members of pairs, and how many of them said improved or regressed. */
  comparisons: z.number().int(),
  falseAlarms: z.number().int(),
  /** Real comparisons of the variant with itself, this one and earlier ones of comparable runs, and those that said so. */
  repeated: z.object({ comparisons: z.number().int(), falseAlarms: z.number().int() }).optional(),
  /** The second run of a pair against the first, on the scale of effects; an interval without 0 is an effect of the order. */
  order: z.object({ estimate: z.number(), low: z.number(), high: z.number() }).nullable().optional(),
  /** δ that the rule used. */
  tolerance: z.number().optional(),
  /** Smallest change that so many pairs show in 80 % of cases, as δ; by number of pairs (6, 10, 16). */
  detectable: z.array(z.object({ pairs: z.number().int(), change: z.number().nullable() })),
});

export const noiseSchema = z.object({
  formatVersion: z.literal(noiseFormatVersion),
  id: z.string(),
  measuredAt: z.string(),
  variant: z.string(),
  pairs: z.number().int(),
  /** As `traitsOf` a run: it is the noise of comparable runs only. */
  traits: z.record(z.string(), z.string()),
  metrics: z.array(metricNoise),
});

export type Noise = z.infer<typeof noiseSchema>;
export type MetricNoise = Noise['metrics'][number];
