// A realistic trend for reports and their tests: a regression, one accepted, a forecast, runs left out, hostile names.

import type { Trend } from '../../src/compare/trend-schema.ts';
import { judgeTrend } from '../../src/compare/trend.ts';
import type { HistoryEntry } from '../../src/record/history-schema.ts';
import { createRandom } from '../../src/kernel/random.ts';
import { primaryMetric, valueOf } from './history.ts';
import { historyOf, limitOf, normal, questionOf, stretches } from './trends.ts';

/** Memory rises by 1 % a day, and runs 12 and 47 were cut short. */
function details(index: number, value: number, memory: number): Partial<HistoryEntry> {
  return {
    values: [
      valueOf({ value, atLeast: index === 33 }),
      valueOf({
        ...{ metric: 'memory(target)', unit: 'bytes', resolution: 1_048_576, tolerance: 0.1 },
        value: memory,
      }),
    ],
    ...(index === 12 || index === 47 ? { unfit: 'the generator was saturated' } : {}),
  };
}

function sampleHistory(): HistoryEntry[] {
  const random = createRandom(3);
  const medians = stretches([20, 100_000], [20, 130_000], [20, 170_000]);
  return historyOf({
    medians,
    different: (index) => {
      const value = Math.round((medians[index] ?? 0) * Math.exp(0.02 * normal(random)));
      const memory = Math.round(300e6 * Math.exp(0.01 * index + 0.005 * normal(random)));
      return details(index, value, memory);
    },
  });
}

export function sampleTrend(): Trend {
  const memory = { text: 'memory(target) < 700MiB', metric: 'memory(target)', operator: '<' } as const;
  const judged = judgeTrend(
    sampleHistory(),
    questionOf({
      now: new Date('2026-03-02T12:00:00Z'),
      limits: [limitOf(2_000_000), { ...memory, value: 700 * 1_048_576 }],
      suppressions: [
        {
          ...{ metric: primaryMetric, scenario: null, variant: null, atText: 'run-020' },
          ...{ at: { kind: 'run', id: 'run-020' }, most: Math.log(1.4), upTo: '40%' },
          ...{ reason: 'encryption at rest <costs> this much', expires: '2026-12-31' },
        },
        {
          ...{ metric: primaryMetric, scenario: null, variant: null, atText: '2025-11-03' },
          ...{ at: { kind: 'days', from: '2025-11-03', to: '2025-11-03' }, most: 1, upTo: '171%' },
          ...{ reason: 'a slow disk', expires: '2026-01-31' },
        },
      ],
    }),
  );
  return {
    formatVersion: 1,
    id: '20260302-120000-trend-slow-database-3f2a',
    createdAt: '2026-03-02T12:00:00.000Z',
    mettle: '0.1.0',
    command: "mettle trend reports/history --limit 'memory(target) < 700MiB'",
    seed: 1,
    horizonDays: 90,
    sources: ['reports/history'],
    skipped: ['reports/history/x.json is passed over: it is not JSON'],
    ...judged,
  };
}
