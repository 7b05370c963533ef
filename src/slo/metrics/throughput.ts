// throughput: good answers per second, by the second in which they ended.

import { hasNothingToCount } from './ever.ts';
import { tooShortForRate } from './least-time.ts';
import { noData, noReading } from './metric.ts';
import type { Metric } from './metric.ts';

export const throughput = {
  name: 'throughput',
  pattern: /^throughput$/,
  unit: '1/s',
  better: 'higher',
  scale: 'log',
  subject: 'series',
  argument: 'none',
  resolution: 0.01,
  tolerance: () => 0.05,
  tooFew: () => null,
  allowance: () => null,
  compute: (measure, evidence) => {
    const { counts, durationMicros } = evidence.view;
    const { offered, okEnded } = counts;
    if (hasNothingToCount(measure, evidence) || durationMicros <= 0) return noData;
    const short = tooShortForRate(durationMicros);
    if (short !== null) return noReading(short, offered);
    return {
      value: okEnded / (durationMicros / 1_000_000),
      atLeast: false,
      samples: offered,
      note: null,
    };
  },
} as const satisfies Metric;
