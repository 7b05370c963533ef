// Scrapes as they are kept in memory: of each series only what changed, so that an hour of them is not a million points.

import type { ScrapedKind, ScrapedSeries, ScrapeLog } from './scrape-log.ts';

type Scrape = ScrapeLog['scrapes'][number];
type Failure = ScrapeLog['failures'][number];

interface Kept extends Pick<ScrapedSeries, 'name' | 'labels' | 'kind'> {
  /** Numbers of the scrapes in which the value was another than before, and what it was. */
  readonly changedAt: number[];
  readonly values: number[];
  /** Numbers of the scrapes that no longer had it; it may come back with a change. */
  readonly goneAt: number[];
}

export interface ScrapeBook {
  /** Ids count from 0. */
  addSeries(name: string, labels: Readonly<Record<string, string>>, kind: ScrapedKind): number;
  /** The target exposes a series of that name that is not kept, or has two values at a time. */
  leaveOut(name: string): void;
  /** What is neither changed nor gone is as it was. Times are in order. */
  addScrape(
    scrape: Scrape,
    changed: Iterable<readonly [id: number, value: number]>,
    gone: Iterable<number>,
  ): void;
  addFailure(failure: Failure): void;
  /** `zeroMicros` becomes 0; times are rounded. Grows with the book. */
  log(about: Pick<ScrapeLog, 'url' | 'everyMicros'>, zeroMicros: number): ScrapeLog;
}

/** Beyond these only names are kept that some series has: what nothing is known of has no value anyway. */
const mostNamesLeftOut = 5_000;

export function createScrapeBook(): ScrapeBook {
  const series: Kept[] = [];
  const names = new Set<string>();
  const leftOut = new Set<string>();
  const scrapes: Scrape[] = [];
  const failures: Failure[] = [];
  return {
    addSeries: (name, labels, kind) => {
      names.add(name);
      return series.push({ name, labels, kind, changedAt: [], values: [], goneAt: [] }) - 1;
    },
    leaveOut: (name) => {
      if (names.has(name) || leftOut.size < mostNamesLeftOut) leftOut.add(name);
    },
    addScrape: (scrape, changed, gone) => {
      const number = scrapes.push(scrape) - 1;
      for (const [id, value] of changed) {
        series[id]?.changedAt.push(number);
        series[id]?.values.push(value);
      }
      for (const id of gone) series[id]?.goneAt.push(number);
    },
    addFailure: (failure) => void failures.push(failure),
    log: (about, zeroMicros) => {
      const moved = <Told extends { readonly atMicros: number }>(told: Told): Told => ({
        ...told,
        atMicros: Math.round(told.atMicros - zeroMicros),
      });
      const times = scrapes.map(moved);
      return {
        ...about,
        series: series.map((kept) => seriesOf(kept, times)),
        ...(leftOut.size === 0 ? {} : { leftOut: [...leftOut] }),
        scrapes: times,
        failures: failures.map(moved),
      };
    },
  };
}

/** Its points are made when they are asked for. */
function seriesOf(kept: Kept, scrapes: readonly Scrape[]): ScrapedSeries {
  const { name, labels, kind } = kept;
  return {
    name,
    labels,
    kind,
    get points() {
      return pointsOf(kept, scrapes);
    },
  };
}

function pointsOf({ changedAt, values, goneAt }: Kept, scrapes: readonly Scrape[]): ScrapedSeries['points'] {
  const points: ScrapedSeries['points'][number][] = [];
  let value: number | undefined;
  let change = 0;
  let end = 0;
  for (let number = changedAt[0] ?? scrapes.length; number < scrapes.length; number += 1) {
    if (goneAt[end] === number) {
      value = undefined;
      end += 1;
    }
    if (changedAt[change] === number) {
      value = values[change];
      change += 1;
    }
    const scrape = scrapes[number];
    if (value !== undefined && scrape !== undefined) points.push({ atMicros: scrape.atMicros, value });
  }
  return points;
}
