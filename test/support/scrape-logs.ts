// Scrapes of a target as a test wants them: one value per scrape and series, on a grid of seconds.

import type { ScrapedKind, ScrapedSeries, ScrapeLog } from '../../src/record/scrape-log.ts';

const secondMicros = 1_000_000;

export interface SeriesSketch {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly kind?: ScrapedKind;
  /** By scrape; null: it did not have it. */
  readonly values: readonly (number | null)[];
}

interface LogSketch {
  /** When scrapes were, in seconds of the load. Default: every second from −0.5 s on, as many as the longest series. */
  readonly atSeconds?: readonly number[];
  readonly failures?: ScrapeLog['failures'];
}

export function scrapeLogOf(series: readonly SeriesSketch[], sketch: LogSketch = {}): ScrapeLog {
  const longest = Math.max(0, ...series.map(({ values }) => values.length));
  const seconds = sketch.atSeconds ?? Array.from({ length: longest }, (_, index) => index - 0.5);
  const times = seconds.map((at) => Math.round(at * secondMicros));
  return {
    url: 'http://127.0.0.1:4001/metrics',
    everyMicros: secondMicros,
    series: series.map(({ name, labels = {}, kind = 'gauge', values }): ScrapedSeries => ({
      ...{ name, labels, kind },
      points: times.flatMap((atMicros, index) => {
        const value = values[index] ?? null;
        return value === null ? [] : [{ atMicros, value }];
      }),
    })),
    scrapes: times.map((atMicros) => ({ atMicros, tookMicros: 3_000 })),
    failures: sketch.failures ?? [],
  };
}

/** `count` values from `first` on, each `step` more than the one before. */
export const steps = (count: number, step: number, first = 0): number[] =>
  Array.from({ length: count }, (_, index) => first + index * step);
