// silence(dependency): the longest time during a fault in which the service made no attempt though its load called for many.

import { formatDuration } from '../../kernel/units.ts';
import { linkMetric } from './link-metric.ts';
import { noReading } from './metric.ts';

export const silence = linkMetric({
  name: 'silence',
  unit: 'µs',
  resolution: 100_000,
  tooFew: () => null,
  read: (seen) => {
    const { longestMicros, smallestMicros, atLeast, reason } = seen.silence;
    if (longestMicros === null || smallestMicros === null)
      return noReading(reason ?? 'it could not be told', seen.total);
    const open = 'it had not ended when the fault did';
    const blind = `silences under ${formatDuration(smallestMicros)} do not show at this load`;
    return {
      value: longestMicros,
      atLeast,
      samples: seen.total,
      note: longestMicros === 0 ? blind : atLeast ? open : null,
      undecided: (limit) => {
        if (longestMicros === 0 && limit <= smallestMicros) return blind;
        return atLeast && limit > longestMicros ? open : null;
      },
    };
  },
});
