// silence(dependency): the longest time during a fault in which the service made no attempt though its load called for many.

import { formatDuration } from '../../kernel/units.ts';
import { linkMetric, onlyTheEnd } from './link-metric.ts';
import { noReading, undecidedFrom } from './metric.ts';

export const silence = linkMetric({
  name: 'silence',
  unit: 'µs',
  better: null,
  resolution: 100_000,
  tooFew: () => null,
  read: (seen, operator) => {
    const { longestMicros, smallestMicros, atLeast, reason } = seen.silence;
    if (longestMicros === null || smallestMicros === null)
      return noReading(reason ?? 'it could not be told', seen.total);
    const open = 'it had not ended when the fault did';
    const blind = `silences under ${formatDuration(smallestMicros)} do not show at this load`;
    // There may have been a longer one: after the end of the fault, or before its last minutes.
    const bound = atLeast ? open : seen.complete ? null : onlyTheEnd;
    return {
      value: longestMicros,
      atLeast: bound !== null,
      samples: seen.total,
      note: bound ?? (longestMicros === 0 ? blind : null),
      undecided: (limit) => {
        if (longestMicros === 0 && limit <= smallestMicros) return blind;
        return bound === null ? null : undecidedFrom(longestMicros, bound, operator)(limit);
      },
    };
  },
});
