// Where a run was measured, how well the generator kept up, and what befell the target, as records keep it.

import { z } from 'zod';
import { doctorSchema } from './doctor-schema.ts';

const micros = z.number();
const count = z.number().int().nonnegative();

const healthLevel = z.enum(['good', 'degraded', 'saturated']);

export const healthSchema = z.object({
  level: healthLevel,
  /** One line per measure that is not good. */
  reasons: z.array(z.string()),
  judgedSeconds: count,
  /** Each measure: worst level reached in at least 5 % of judged seconds, with its overall value. */
  measures: z.array(
    z.object({
      name: z.string(),
      unit: z.enum(['µs', 'share', 'count']),
      /** 95th percentile of the per-second values. */
      value: z.number(),
      worst: z.number(),
      degradedAbove: z.number(),
      saturatedAbove: z.number(),
      level: healthLevel,
    }),
  ),
});

export const environmentSchema = z.object({
  mettle: z.string(),
  node: z.string(),
  platform: z.string(),
  arch: z.string(),
  cpuModel: z.string(),
  cpus: count,
  memoryBytes: count,
  threads: count,
  /** SHA-256 over what makes two machines comparable. */
  fingerprint: z.string(),
  proxy: z.enum(['none', 'embedded', 'toxiproxy']),
  /** Of servers, wherever TLS is used; not: `tls.verify: false`. */
  certificates: z.enum(['verified', 'not verified']),
  /** Who went first when cores were short: see docs/decisions/0008. */
  precedence: z.enum(['raised', 'target lowered', 'equal']),
  /** The newest check-up of this machine, at most a week old; null = there was none. */
  doctor: doctorSchema.nullable(),
});

/** What happened to the target while the run lasted. */
export const targetEventSchema = z.object({
  atMicros: micros,
  /** `container shop_db_1`, `target` */
  source: z.string(),
  /** `out of memory`, `died (exit code 137)`, `started`, `unhealthy` … */
  what: z.string(),
  /** The fault that was on it at that moment. */
  cause: z.string().nullable(),
});
