// What was watched of the target while the run lasted: process trees, containers, and how its metrics were scraped.

import { z } from 'zod';

const micros = z.number();
const count = z.number().int().nonnegative();

/** Sampled about once a second; times before the load are negative, and what follows its end shows what is left. */
const processPoint = z.object({
  atMicros: micros,
  /** Of one core: 1 = one core busy. */
  cpuShare: z.number(),
  /** Absent, as what follows it: this platform or the rights of this user do not show it. */
  memoryBytes: z.number().optional(),
  threads: count.optional(),
  openFiles: count.optional(),
  /** Of the open files, those that are sockets. */
  sockets: count.optional(),
});

/** One process tree of the target: `target`, a client, a dependency. */
export const processSeriesSchema = z.object({
  name: z.string(),
  /** How many cores it may use: those of the machine, or what its control group allows. */
  cores: z.number().optional(),
  /** How often its root was another process than at the look before. */
  restarts: count.optional(),
  points: z.array(processPoint),
});

const containerPoint = z.object({
  atMicros: micros,
  /** Of one core. */
  cpuShare: z.number(),
  memoryBytes: z.number(),
  /** Since it began, on all its networks; null: it has none that Docker counts. */
  receivedBytes: z.number().nullable(),
  sentBytes: z.number().nullable(),
  processes: count.nullable(),
});

export const containerSeriesSchema = z.object({
  /** Without the leading slash. */
  name: z.string(),
  /** Its Compose service. */
  service: z.string().nullable(),
  /** Not every container of that service was watched, or nobody knows: nothing can be said of the service as a whole. */
  servicePartial: z.boolean().optional(),
  /** How many cores it may use. */
  cores: z.number().nullable(),
  memoryLimitBytes: z.number().nullable(),
  /** While the run lasted; null: the engine stopped telling, so that some may be missing. */
  restarts: count.nullable(),
  outOfMemory: count.nullable(),
  points: z.array(containerPoint),
});

/** The values are in scrapes.ndjson. */
export const scrapingSchema = z.object({
  url: z.string(),
  everyMicros: micros,
  series: count,
  scrapes: count,
  failures: count,
  /** The first of them. */
  firstFailure: z.string().nullable(),
});

/** The wait after the load for what is left to come to rest; absent: nothing asked for it, or it was cut short. */
export const settledSchema = z.object({ fromMicros: micros, toMicros: micros });

export type ProcessSeriesRecord = z.infer<typeof processSeriesSchema>;
export type ContainerSeriesRecord = z.infer<typeof containerSeriesSchema>;
export type ScrapingRecord = z.infer<typeof scrapingSchema>;
