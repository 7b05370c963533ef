// count(series): how often it was really started; what was dropped or never sent is not in it.

import { hasNothingToCount } from './ever.ts';
import { noData } from './metric.ts';
import type { Metric } from './metric.ts';

export const count = {
  name: 'count',
  pattern: /^count$/,
  unit: 'count',
  better: 'higher',
  scale: 'log',
  subject: 'series',
  argument: 'none',
  resolution: 1,
  tolerance: () => 0.05,
  tooFew: () => null,
  allowance: () => null,
  compute: (measure, evidence) => {
    const { offered, started } = evidence.view.counts;
    if (hasNothingToCount(measure, evidence)) return noData;
    return { value: started, atLeast: false, samples: offered, note: null };
  },
} as const satisfies Metric;
