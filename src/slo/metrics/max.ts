// The slowest of everything offered; one failure makes it a lower bound that fails every `<`.

import { maxOf } from '../../measure/quantile.ts';
import { noData } from './metric.ts';
import type { Metric } from './metric.ts';

export const max = {
  name: 'max',
  pattern: /^max$/,
  unit: 'µs',
  better: 'lower',
  scale: 'log',
  subject: 'series',
  argument: 'none',
  resolution: 1_000,
  tolerance: () => 0.1,
  tooFew: () => null,
  allowance: () => null,
  compute: (_measure, { view }) => {
    const { offered } = view.counts;
    const found = maxOf({ good: view.histograms.response, offered, timeoutMicros: view.timeoutMicros });
    if (found === undefined) return noData;
    return { value: found.valueMicros, atLeast: found.atLeast, samples: offered, note: null };
  },
} as const satisfies Metric;
