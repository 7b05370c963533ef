// What a run's record tells of one fault: what was asked for, when it was in effect, what was seen of it.

import { z } from 'zod';
import { attemptsSchema } from './attempts-schema.ts';
import { impactSchema } from './impact-schema.ts';
import { steadyAfterSchema } from './stop-schema.ts';

const micros = z.number();
const count = z.number().int().nonnegative();

const fidelityCheck = z.object({
  name: z.string(),
  asked: z.string(),
  happened: z.string(),
  /**
   * `unmeasured`: this proxy cannot tell (a real Toxiproxy); read back only. `not binding`: the traffic gave the fault
   * nothing to do, so that what was kept was kept without it.
   */
  status: z.enum(['within', 'outside', 'not binding', 'unmeasured']),
});

/** What the fault proxy saw on one link while a fault was active (embedded proxy only). */
const linkObservation = z.object({
  connections: count,
  bytesUp: count,
  bytesDown: count,
  resets: count,
  refused: count,
  addedDelayMicros: z.object({ p50: micros, p99: micros, count }).nullable(),
  attempts: attemptsSchema
    .nullable()
    .default(null)
    .describe('Attempts on the link; null in older records, and where nothing could be told.'),
});

export const faultSchema = z.object({
  id: z.string(),
  kind: z.string(),
  on: z.string(),
  /** What was asked for, as written. */
  with: z.record(z.string(), z.union([z.string(), z.number()])),
  plannedAtMicros: micros,
  plannedForMicros: micros,
  effectAtMicros: micros.nullable(),
  clearedAtMicros: micros.nullable(),
  status: z.enum(['undone', 'not injected', 'undo failed']),
  /** The steady promise that was broken when it was due: the fault was held back. */
  heldBackBy: z.string().optional(),
  /** Why it was not injected, or how to finish an undo by hand. */
  note: z.string().nullable(),
  fidelity: z.array(fidelityCheck),
  traffic: z.object({
    /** Attempts or bytes seen on the link in the 10 s before, and during. null = unknown. */
    before: count.nullable(),
    during: count.nullable(),
    status: z.enum(['seen', 'avoided', 'missed', 'optional', 'unknown']),
  }),
  observation: linkObservation.nullable(),
  /** From 1: which of the times of a fault that repeats; null: it does not. */
  occurrence: z.number().int().positive().nullable().default(null),
  /** null: it never was in effect, or was not undone. */
  steadyAfter: steadyAfterSchema.nullable().default(null),
  /** Absent: it never was in effect, or an older record. */
  impact: impactSchema.optional(),
});

export type FidelityCheck = z.infer<typeof fidelityCheck>;
export type LinkObservation = z.infer<typeof linkObservation>;
