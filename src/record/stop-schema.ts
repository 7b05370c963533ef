// What the record keeps of how a run ended before its time, and of whether the service came back after a fault.

import { z } from 'zod';

const micros = z.number();
const count = z.number().int().nonnegative();

/**
 * Steady state once a fault was undone, until the next fault or the end. `unknown`: too few samples, or another fault in
 * effect.
 */
export const steadyAfterSchema = z.object({
  status: z.enum(['holds', 'broken', 'unknown']),
  /** The one that is broken. */
  promise: z.string().nullable(),
  bad: count,
  samples: count,
  /** What was looked at; empty where nothing could be. */
  fromMicros: micros,
  toMicros: micros,
});

/** A promise that stopped the run. Times from the start of the load. */
export const stopSchema = z.object({
  promise: z.string(),
  /** Significantly broken without a break from here on. */
  sinceMicros: micros,
  atMicros: micros,
  windowMicros: micros,
  /** Over the last window, what was in flight beyond the limit included. */
  bad: count,
  total: count,
  allowedShare: z.number(),
});

export type StopRecord = z.infer<typeof stopSchema>;
