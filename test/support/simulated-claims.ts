// Thousands of runs whose counts alone differ: what a claim about a rate or a throughput is judged on, without a histogram.

import { judgeClaim } from '../../src/compare/claims.ts';
import type { ComparedPair } from '../../src/compare/pair-values.ts';
import type { ClaimResult } from '../../src/compare/schema.ts';
import type { Slice } from '../../src/measure/slice.ts';
import { emptyCounts } from '../../src/measure/slice.ts';
import type { RunData } from '../../src/record/data.ts';
import { runDataOf } from './run-record.ts';

/** Of one run of a second, as `query`. */
interface Counts {
  readonly offered: number;
  readonly ok: number;
}

const seriesOf = (counts: Counts): Slice => ({
  series: 'query',
  startMicros: 0,
  endMicros: 1_000_000,
  histograms: {},
  counts: {
    ...emptyCounts(),
    ...{ offered: counts.offered, started: counts.offered, answered: counts.offered },
    ...{ ok: counts.ok, okEnded: counts.ok, failed: counts.offered - counts.ok },
  },
});

const template = runDataOf({ slices: [seriesOf({ offered: 1, ok: 1 })], series: [{ name: 'query' }] });

const runOf = (counts: Counts): RunData => ({ run: template.run, slices: [seriesOf(counts)] });

export const countedPairs = (
  pairs: number,
  before: (index: number) => Counts,
  after: (index: number) => Counts,
): ComparedPair[] =>
  Array.from({ length: pairs }, (_, index) => ({
    pair: index + 1,
    before: runOf(before(index)),
    after: runOf(after(index)),
  }));

export const claimed = (
  metric: string,
  expected: string,
  pairs: readonly ComparedPair[],
): ClaimResult['verdict'] =>
  judgeClaim(
    { id: 'c', says: 'it got better', metric, expect: expected, documented: null, because: null },
    pairs,
    { gates: [], invalid: null },
  ).verdict;
