// duplicates(series): further copies of a broadcast on a socket that already had it, out of the copies expected.

import { tallyMetric } from './tally-metric.ts';

export const duplicates = tallyMetric({
  name: 'duplicates',
  tally: 'duplicate',
  outOf: (_measure, { view }) => view.counts.tallies.expected ?? 0,
  nothing: 'no copy of a broadcast was expected',
});
