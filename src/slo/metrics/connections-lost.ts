// connections_lost(series): WebSockets of a `connect` that ended unasked, out of the connections opened.

import { connectionsOpened } from '../connections-opened.ts';
import { tallyMetric } from './tally-metric.ts';

export const connectionsLost = tallyMetric({
  name: 'connections_lost',
  tally: 'closed',
  outOf: connectionsOpened,
  nothing: 'no WebSocket was opened',
});
