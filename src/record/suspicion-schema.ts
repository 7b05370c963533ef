// What a run's primary metric is beside earlier comparable runs: as before, suspected worse or better, or not judged.

import { z } from 'zod';

export const suspicionSchema = z.object({
  /** Canonical text of the primary metric. */
  metric: z.string(),
  unit: z.enum(['µs', 'share', '1/s', 'count', 'score', 'bytes']),
  /** In the unit; null when it could not be computed or has too few samples. */
  value: z.number().nullable(),
  /** The value is a lower bound. */
  atLeast: z.boolean(),
  /** Where such a run is expected with 99 % confidence, in the unit; null: it is not known. */
  interval: z.object({ low: z.number(), high: z.number() }).nullable(),
  /** How many earlier runs the interval is made of, or how many there are where it is not known. */
  runs: z.number().int().nonnegative(),
  outcome: z.enum(['as before', 'suspected worse', 'suspected better', 'not judged']),
  /** One sentence. */
  reason: z.string(),
});

export type Suspicion = z.infer<typeof suspicionSchema>;
