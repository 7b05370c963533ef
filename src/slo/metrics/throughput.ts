// throughput: good answers per second, by the second in which they ended.

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
  compute: (_measure, { view }) => {
    const { offered, okEnded } = view.counts;
    if (offered === 0 || view.durationMicros <= 0) return noData;
    const short = tooShortForRate(view.durationMicros);
    if (short !== null) return noReading(short, offered);
    return {
      value: okEnded / (view.durationMicros / 1_000_000),
      atLeast: false,
      samples: offered,
      note: null,
    };
  },
} as const satisfies Metric;
