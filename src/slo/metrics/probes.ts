// probes(dependency): how often a half-open circuit breaker tried again during a fault.

import { linkMetric, onlyTheEnd } from './link-metric.ts';
import { noReading } from './metric.ts';

export const probes = linkMetric({
  name: 'probes',
  unit: 'count',
  better: null,
  resolution: 1,
  tooFew: () => null,
  read: (seen) => {
    const { longestMicros, list, reason } = seen.silence;
    if (longestMicros === null) return noReading(reason ?? 'it could not be told', seen.total);
    if (list.length === 0) return noReading('there was no silence that a probe could have ended', seen.total);
    if (!seen.complete) return noReading(onlyTheEnd, seen.total);
    return { value: seen.silence.probes, atLeast: false, samples: seen.total, note: null };
  },
});
