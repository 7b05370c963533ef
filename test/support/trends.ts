// Histories for trends: one run a day around given levels, with seeded noise.

import type { HistoryEntry } from '../../src/record/history-schema.ts';
import { createRandom } from '../../src/kernel/random.ts';
import type { TrendQuestion } from '../../src/compare/trend.ts';
import { entryOf, primaryMetric } from './history.ts';

export interface HistorySketch {
  /** Median of each run, in µs. */
  readonly medians: readonly number[];
  /** Standard deviation of the logarithm. Default 0.02. */
  readonly noise?: number;
  readonly seed?: number;
  /** What else is different about the entry at an index. */
  readonly different?: (index: number) => Partial<HistoryEntry>;
}

/** Of a normal distribution, nearly: the sum of twelve. */
export function normal(random: () => number): number {
  return Array.from({ length: 12 }, random).reduce((sum, value) => sum + value, 0) - 6;
}

export const shaOf = (index: number): string => (index + 1).toString(16).padStart(4, '0').padEnd(40, 'c');

export function historyOf(sketch: HistorySketch): HistoryEntry[] {
  const { medians, noise = 0.02, seed = 1, different = () => ({}) } = sketch;
  const random = createRandom(seed);
  return medians.map((median, index) =>
    entryOf({
      id: `run-${String(index).padStart(3, '0')}`,
      day: index + 1,
      value: median * Math.exp(noise * normal(random)),
      commit: { sha: shaOf(index), branch: 'main', at: null, dirty: false },
      ...different(index),
    }),
  );
}

/** `stretches([20, 100_000], [20, 130_000])`: twenty runs at 100 ms, then twenty at 130 ms. */
export const stretches = (...parts: readonly (readonly [count: number, median: number])[]): number[] =>
  parts.flatMap(([count, median]) => Array.from({ length: count }, () => median));

export const questionOf = (overrides: Partial<TrendQuestion> = {}): TrendQuestion => ({
  metrics: [],
  limits: [],
  suppressions: [],
  horizonDays: 90,
  seed: 1,
  now: new Date('2026-04-01T12:00:00Z'),
  ...overrides,
});

export const limitOf = (value: number, operator: '<' | '>' = '<') => ({
  text: `${primaryMetric} ${operator} ${value / 1000}ms`,
  metric: primaryMetric,
  operator,
  value,
});
