// out_of_order(series): copies of broadcasts that came after a later message of the same sender, out of the copies expected.

import { tallyMetric } from './tally-metric.ts';

export const outOfOrder = tallyMetric({
  name: 'out_of_order',
  tally: 'outOfOrder',
  outOf: (_measure, { view }) => view.counts.tallies.expected ?? 0,
  nothing: 'no copy of a broadcast was expected',
});
