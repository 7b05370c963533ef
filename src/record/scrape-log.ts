// What Prometheus scrapes of the target gave, as series on the time axis of the load.

import type { ScrapingRecord } from './observed-schema.ts';

export const scrapedKinds = ['counter', 'gauge', 'histogram', 'summary', 'untyped'] as const;

/** As the target declares it (`# TYPE`); `untyped` where it does not: what reads it goes by its name, then. */
export type ScrapedKind = (typeof scrapedKinds)[number];

export interface ScrapedSeries {
  /** `http_request_duration_seconds_bucket` */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Of its family: the buckets, sum and count of a histogram are `histogram`. */
  readonly kind: ScrapedKind;
  /** In order of time; only scrapes that had it. Values as told, in base units (seconds, bytes). */
  readonly points: readonly { readonly atMicros: number; readonly value: number }[];
}

/** Times from the start of the load; before it they are negative. */
export interface ScrapeLog {
  readonly url: string;
  readonly everyMicros: number;
  readonly series: readonly ScrapedSeries[];
  /** Names of which at least one series is not in `series`, or had two values at a time; absent: there are none, as far as names say. */
  readonly leftOut?: readonly string[];
  /** When each scrape that worked was begun, and how long it took. */
  readonly scrapes: readonly { readonly atMicros: number; readonly tookMicros: number }[];
  readonly failures: readonly { readonly atMicros: number; readonly why: string }[];
}

/** What run.json tells of it. */
export const scrapingOf = ({ url, everyMicros, series, scrapes, failures }: ScrapeLog): ScrapingRecord => ({
  url,
  everyMicros,
  series: series.length,
  scrapes: scrapes.length,
  failures: failures.length,
  firstFailure: failures[0]?.why ?? null,
});
