// One series over a whole run, and the sums that must always hold.

import { expect } from 'vitest';
import { addCounts } from '../../src/measure/counts.ts';
import { mergeHistograms } from '../../src/measure/histogram.ts';
import type { QuantileValue } from '../../src/measure/quantile.ts';
import { quantileOf } from '../../src/measure/quantile.ts';
import type { Slice, SliceCounts } from '../../src/measure/slice.ts';
import { emptyCounts } from '../../src/measure/slice.ts';

export interface Totals {
  readonly counts: SliceCounts;
  readonly quantile: (kind: 'response' | 'service', quantile: number) => QuantileValue;
}

/** Checks the exact sums of accounting on the way. */
export function totalsOf(slices: readonly Slice[], series: string, timeoutMicros = 30_000_000): Totals {
  const own = slices.filter((slice) => slice.series === series);
  const counts = emptyCounts();
  for (const slice of own) addCounts(counts, slice.counts);
  expect(counts.offered).toBe(counts.started + counts.dropped + counts.unsent);
  expect(counts.started).toBe(counts.ok + counts.failed + counts.censored);
  expect(Object.values(counts.errors).reduce((sum, count) => sum + count, 0)).toBe(
    counts.offered - counts.ok,
  );
  expect(counts.okEnded).toBe(counts.ok);
  expect(counts.begun).toBe(counts.started);
  return {
    counts,
    quantile: (kind, quantile) => {
      const good = mergeHistograms(own.map(({ histograms }) => histograms[kind]));
      expect(good.totalCount).toBe(counts.ok);
      const value = quantileOf({ good, offered: counts.offered, timeoutMicros }, quantile);
      if (value === undefined) throw new Error(`nothing was offered to ${series}`);
      return value;
    },
  };
}
