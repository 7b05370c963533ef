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

/** What later runs would hold a relative promise against, by the promise's text: read as baselines are. */
const asBaseline = z.object({
  promise: z.string(),
  /** In the metric's unit; null: it is not known for certain, and `why` says so. */
  value: z.number().nullable(),
  samples: z.number().int().nonnegative(),
  why: z.string().nullable(),
});

export const historyEntrySchema = z.object({
  formatVersion: z.literal(historyFormatVersion),
  /** Id of the run; also the name of its file. */
  id: z.string().regex(/^[A-Za-z0-9][\w.-]{0,199}$/),
  /** ISO 8601, UTC. */
  startedAt: z.iso.datetime(),
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
  /** Of its relative promises only. */
  baselines: z.array(asBaseline).default([]),
});

export type HistoryEntry = z.infer<typeof historyEntrySchema>;
export type HistoryValue = HistoryEntry['values'][number];
