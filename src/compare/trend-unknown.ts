// Why the values of a metric say nothing about its newest runs: missing, only bounded, or none that its scale holds.

import { fewestOfLevel } from './trend-levels.ts';
import type { TrendLevel, TrendMetric, TrendRun } from './trend-schema.ts';
import { isBelowScale, newestOf } from './trend-values.ts';

/** As many bounds among the newest runs are no outliers: what lies above them is not in the median. */
const fewestOpen = 2;
const openShare = 0.2;
/** Besides the whole newest level, so that a long good past does not thin them out. */
const looked = [10, 20];
/** Where more of the newest are left out than that, those that count are the survivors. */
const mostLeftOut = 0.25;

interface Known {
  readonly runs: readonly TrendRun[];
  readonly levels: readonly TrendLevel[];
}

interface OpenRuns {
  readonly count: number;
  readonly of: number;
  /** A level of them cannot be told by its median. */
  readonly isMany: boolean;
}

/** How many of the newest runs, within the newest level, are only bounds, where they are most frequent; null: none. */
export function openRuns({ runs, levels }: Known): OpenRuns | null {
  const newest = runs.slice(levels.at(-1)?.from ?? 0);
  const found = [newest.length, ...looked.filter((count) => count < newest.length)].map((of): OpenRuns => {
    const count = newest.slice(-of).filter((run) => run.atLeast).length;
    return { count, of, isMany: count >= fewestOpen && count >= openShare * of };
  });
  const [most] = found.filter(({ count }) => count > 0).sort((a, b) => b.count / b.of - a.count / a.of);
  return most ?? null;
}

/** `8 of the last 20 runs are only bounds` */
export const openText = ({ count, of }: OpenRuns): string =>
  `${count === of ? 'all' : count} of the last ${of} runs are only bounds`;

/** Null: they say something. */
export function newestUnknown(metric: Known & Pick<TrendMetric, 'scale' | 'leftOut'>): string | null {
  const { runs, leftOut } = metric;
  if (isBelowScale(metric, runs)) {
    const below = runs.filter(({ value }) => value < 0).length;
    return `${below} of ${runs.length} values are below 0, and their changes are counted as ratios`;
  }
  if (leftOut.sinceLast >= fewestOfLevel)
    return `the last ${leftOut.sinceLast} runs have no value (${leftOut.examples.at(-1) ?? ''})`;
  const of = newestOf(metric);
  if (leftOut.ofNewest > mostLeftOut * of)
    return `${leftOut.ofNewest} of the newest ${of} runs are left out (${leftOut.examples.at(-1) ?? ''}): those that count need not be like them`;
  const open = openRuns(metric);
  return open?.isMany === true ? `${openText(open)}: a median says nothing about what lies above them` : null;
}
