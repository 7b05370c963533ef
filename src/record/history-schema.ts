// One run in the history: what later runs are held against and trends are made of, without the record itself.

import { z } from 'zod';
import { commitSchema } from './commit-schema.ts';

export const historyFormatVersion = 1;

const value = z.object({
  /** Canonical text of a measure: `p95(query) during steady`. */
  metric: z.string(),
  unit: z.enum(['µs', 'share', '1/s', 'count', 'score', 'bytes']),
  scale: z.enum(['log', 'points']),
  better: z.enum(['lower', 'higher']).nullable(),
  /** The smallest value that can be told from none, in the unit: the floor of its logarithm. */
  resolution: z.number(),
  /** δ of comparisons, as in metrics. */
  tolerance: z.number(),
  /** null when it could not be computed or has too few samples; `why` says so. */
  value: z.number().nullable(),
  atLeast: z.boolean(),
  samples: z.number().int().nonnegative(),
  why: z.string().nullable(),
});

export const historyEntrySchema = z.object({
  formatVersion: z.literal(historyFormatVersion),
  /** Id of the run. */
  id: z.string(),
  /** ISO 8601, UTC. */
  startedAt: z.string(),
  scenario: z.object({ name: z.string(), hash: z.string() }),
  target: z.string(),
  variant: z.string(),
  seed: z.number().int(),
  commit: commitSchema.nullable(),
  /** What must be the same in runs that are compared, by name (`traitsOf`). */
  traits: z.record(z.string(), z.string()),
  verdict: z.object({
    status: z.enum(['pass', 'warn', 'fail', 'invalid', 'interrupted']),
    exitCode: z.number().int(),
  }),
  /** Why its values are none to compare with; null: it was measured whole. */
  unfit: z.string().nullable(),
  primary: z.string().nullable(),
  /** The primary metric, every promise's, every claim's, and a few that everybody asks for. */
  values: z.array(value),
});

export type HistoryEntry = z.infer<typeof historyEntrySchema>;
export type HistoryValue = HistoryEntry['values'][number];
