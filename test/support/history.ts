// Entries of a history around given values: everything a test does not care about has a sensible default.

import type { HistoryEntry, HistoryValue } from '../../src/record/history-schema.ts';

export interface EntrySketch extends Partial<Omit<HistoryEntry, 'values'>> {
  readonly id: string;
  /** Of January 2026, from 1; may be beyond its end. Default 1. */
  readonly day?: number;
  /** Of the primary metric, in its unit. */
  readonly value?: number | null;
  /** What else is different about that value. */
  readonly primaryValue?: Partial<HistoryValue>;
}

const firstDay = Date.UTC(2026, 0, 1, 9);
const dayMs = 86_400_000;

export const primaryMetric = 'p95(query)';

export const valueOf = (overrides: Partial<HistoryValue> = {}): HistoryValue => ({
  metric: primaryMetric,
  unit: 'µs',
  scale: 'log',
  better: 'lower',
  resolution: 1,
  tolerance: 0.1,
  value: 100_000,
  atLeast: false,
  samples: 2_000,
  why: null,
  ...overrides,
});

export function entryOf(sketch: EntrySketch): HistoryEntry {
  const { day = 1, value = 100_000, primaryValue = {}, ...overrides } = sketch;
  return {
    formatVersion: 1,
    startedAt: new Date(firstDay + (day - 1) * dayMs).toISOString(),
    scenario: { name: 'slow database', hash: 'a'.repeat(64) },
    target: 'rag',
    variant: 'after',
    seed: 42,
    commit: null,
    traits: { scenario: 'a'.repeat(64), machine: 'f'.repeat(16) },
    verdict: { status: 'pass', exitCode: 0 },
    unfit: null,
    primary: primaryMetric,
    values: [valueOf({ value, ...primaryValue })],
    baselines: [],
    ...overrides,
  };
}
