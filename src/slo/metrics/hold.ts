// hold(dependency): the longest that the service held a stalled attempt before it gave up: its real timeout.

import { formatDuration } from '../../kernel/units.ts';
import { linkMetric, onlyTheEnd } from './link-metric.ts';
import { noReading, undecidedFrom } from './metric.ts';

const fewest = 5;

export const hold = linkMetric({
  name: 'hold',
  unit: 'µs',
  resolution: 1_000,
  tooFew: (_measure, samples) =>
    samples < fewest ? `only ${samples} attempts were given up (needs ${fewest})` : null,
  read: (seen, operator) => {
    const { count, maxMicros, waitingMicros } = seen.hold;
    const longest = Math.max(maxMicros ?? 0, waitingMicros);
    const isGivenUp = maxMicros !== null && maxMicros >= waitingMicros;
    if (isGivenUp && seen.complete) return { value: maxMicros, atLeast: false, samples: count, note: null };
    if (longest === 0 || seen.total === 0)
      return noReading('no attempt was given up: its timeout was not reached', count);
    const waited = `nobody had given up after ${formatDuration(longest)}, when the fault ended it`;
    const note = isGivenUp ? onlyTheEnd : waited;
    return {
      value: longest,
      atLeast: true,
      // Those that waited are what it rests on.
      samples: isGivenUp ? count : seen.total,
      note,
      undecided: undecidedFrom(longest, note, operator),
    };
  },
});
