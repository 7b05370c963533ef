// retry_amplification(dependency): attempts per request during a fault, against the steady time before it.

import { linkMetric, onlyTheEnd } from './link-metric.ts';
import { noReading } from './metric.ts';

export const retryAmplification = linkMetric({
  name: 'retry_amplification',
  unit: 'count',
  resolution: 0.01,
  tooFew: () => null,
  read: ({ amplification, total, complete }) => {
    const { value, reason } = amplification;
    if (value === null) return noReading(reason ?? 'it could not be told', total);
    // Attempts of a part of the fault are not to be held against the requests of another.
    if (!complete) return noReading(onlyTheEnd, total);
    return { value, atLeast: false, samples: amplification.requests, note: null };
  },
});
