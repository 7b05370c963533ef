// retry_amplification(dependency): attempts per request during a fault, against the steady time before it.

import { linkMetric } from './link-metric.ts';
import { noReading } from './metric.ts';

export const retryAmplification = linkMetric({
  name: 'retry_amplification',
  unit: 'count',
  resolution: 0.01,
  tooFew: () => null,
  read: ({ amplification, total }) => {
    const { value, reason } = amplification;
    if (value === null) return noReading(reason ?? 'it could not be told', total);
    return { value, atLeast: false, samples: amplification.requests, note: null };
  },
});
