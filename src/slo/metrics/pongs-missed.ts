// pongs_missed(series): pings on an interval whose pong did not come in time, out of all that were answered or missed.

import { tallyMetric } from './tally-metric.ts';

export const pongsMissed = tallyMetric({
  name: 'pongs_missed',
  tally: 'pongsMissed',
  outOf: (_measure, { view }) => view.counts.tallies.pings ?? 0,
  nothing: 'no ping was answered or missed',
});
