// What a fault did to the promises: when it showed, when they held again, and what it cost.

import { z } from 'zod';

/** Why there is no deficit. It is all that is unknown then: the rest of an impact with this reason alone is told. */
export const noSteadyPhase = 'there is no steady phase to compare with';

const micros = z.number();
const count = z.number().int().nonnegative();

/** One per time that the fault was in effect; null where it cannot be told, and `reason` says why. */
export const impactSchema = z.object({
  /** From its effect; null: never bad for two windows. */
  detectionMicros: micros.nullable(),
  /** From its clear; null: unknown. `recoveryAtLeast`: not reached before the end. */
  recoveryMicros: micros.nullable(),
  recoveryAtLeast: z.boolean(),
  /** It was good again and then bad once more before the next fault. */
  relapsed: z.boolean(),
  /** Good answers that are missing against the steady rate, until recovered or the end; a lower bound like recovery. */
  deficit: z.number().nullable(),
  /** The highest share of failed answers in 1 s (more where fewer than 10 were due), until recovered or the end. */
  peakErrorRate: z.number().nullable(),
  peakAtMicros: micros.nullable(),
  /** Of every steady promise that allows a share of bad answers: what this fault spent of what the run was allowed. */
  budget: z.array(
    z.object({
      promise: z.string(),
      /** From the effect until recovered or the end. */
      bad: count,
      /** Allowed share × what was offered after the warm-up. */
      allowed: z.number(),
    }),
  ),
  reason: z.string().nullable(),
});

export type ImpactRecord = z.infer<typeof impactSchema>;
