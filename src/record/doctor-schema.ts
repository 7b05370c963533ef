// What a machine can do as a load generator: the result of a check-up, as it is kept and as records carry it.

import { z } from 'zod';

const micros = z.number();

/** `absent`: not here, which only matters to what needs it. `unknown`: could not be found out. */
const doctorLevels = ['good', 'watch', 'poor', 'absent', 'unknown'] as const;

const judgement = z.object({
  name: z.string(),
  level: z.enum(doctorLevels),
  /** With its unit, and the spread where it was measured several times. */
  value: z.string(),
  /** What it means for tests. */
  meaning: z.string(),
});

export const doctorSchema = z.object({
  /** ISO 8601, UTC. */
  measuredAt: z.string(),
  /** True for the short check-up that a run makes when there is no other: each probe once, and briefly. */
  short: z.boolean(),
  /** Lateness of the clock that starts requests, at 1,000 due times a second; null = could not be measured. */
  timerErrorP50Micros: micros.nullable(),
  timerErrorP99Micros: micros.nullable(),
  timerErrorMaxMicros: micros.nullable(),
  /** Requests that one load thread gets through in a second, through the real engine, against a server that answers at once. */
  ceilingPerSecond: z.number().nullable(),
  /** Measured latency less what the server itself took, at a known delay. */
  biasP50Micros: micros.nullable(),
  biasP99Micros: micros.nullable(),
  openFiles: z.number().int().nullable(),
  ephemeralPorts: z.number().int().nullable(),
  judgements: z.array(judgement),
});

/** The result of `mettle doctor`. */
export type Doctor = z.infer<typeof doctorSchema>;
export type Judgement = z.infer<typeof judgement>;
export type DoctorLevel = Judgement['level'];
