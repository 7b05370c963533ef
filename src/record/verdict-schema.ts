// What became of each promise of a run, its verdict, and what that rests on besides, as records keep it.

import { z } from 'zod';

const count = z.number().int().nonnegative();

const sloStatuses = ['pass', 'warn', 'fail', 'invalid', 'not judged'] as const;

export const sloSchema = z.object({
  /** As written in the scenario. */
  text: z.string(),
  severity: z.enum(['fail', 'warn']),
  status: z.enum(sloStatuses),
  /** In the metric's own unit (µs for times, 0…1 for shares, 1/s for rates); null when not computable. */
  value: z.number().nullable(),
  /** The value is a lower bound. */
  atLeast: z.boolean(),
  /** null: relative to other runs, and there was none. */
  limit: z.number().nullable(),
  /** Of a relative promise: what it was held against. */
  baseline: z
    .object({
      /** `last_green`, `pinned(<run id>)`, `rolling_median(20)`, `merge_base` */
      what: z.string(),
      value: z.number().nullable(),
      runs: z.array(z.string()),
    })
    .optional(),
  unit: z.enum(['µs', 'share', '1/s', 'count', 'score', 'bytes']),
  samples: count,
  /** One sentence; always set unless `pass`. */
  reason: z.string().nullable(),
});

const verdictStatuses = ['pass', 'warn', 'fail', 'invalid', 'interrupted'] as const;

export const verdictSchema = z.object({
  status: z.enum(verdictStatuses),
  reasons: z.array(z.string()),
  exitCode: z.number().int(),
});

/** What a verdict rests on besides the promises, so that others can be judged later; absent in older records. */
export const groundsSchema = z.object({
  undoFailed: z.array(z.string()),
  interrupted: z.string().nullable(),
  invalid: z.array(z.string()),
});
