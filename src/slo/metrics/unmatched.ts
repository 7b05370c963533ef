// unmatched(series): messages on the WebSockets of a `connect` that nobody waited for, out of the connections opened.

import { connectionsOpened } from '../connections-opened.ts';
import { tallyMetric } from './tally-metric.ts';

export const unmatched = tallyMetric({
  name: 'unmatched',
  tally: 'unmatched',
  outOf: connectionsOpened,
  nothing: 'no WebSocket was opened',
});
