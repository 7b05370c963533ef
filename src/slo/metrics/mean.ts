// The mean over everything offered; a failure counts as T = max(timeout, slowest good answer), by definition.

import { meanOf } from '../../measure/quantile.ts';
import { noData } from './metric.ts';
import type { Metric } from './metric.ts';

export const mean = {
  name: 'mean',
  pattern: /^mean$/,
  unit: 'µs',
  better: 'lower',
  scale: 'log',
  subject: 'series',
  argument: 'none',
  resolution: 1_000,
  tolerance: () => 0.05,
  tooFew: () => null,
  allowance: () => null,
  compute: (_measure, { view }) => {
    const { offered } = view.counts;
    const found = meanOf({ good: view.histograms.response, offered, timeoutMicros: view.timeoutMicros });
    if (found === undefined) return noData;
    const note = found.atLeast
      ? `${offered - view.counts.ok} failures are counted as the longest wait`
      : null;
    return { value: found.valueMicros, atLeast: false, samples: offered, note };
  },
} as const satisfies Metric;
