// ping(series): from a WebSocket ping to its pong; missed pongs rank above all that came.

import { countAbove } from '../../measure/histogram.ts';
import { durationMetric } from './duration-metric.ts';
import { noReading } from './metric.ts';

export const ping = durationMetric({
  name: 'ping',
  read: (_measure, { view }) => {
    const measured = view.histograms.ping;
    const bad = view.counts.tallies.pongsMissed ?? 0;
    if (measured.totalCount + bad === 0) return noReading('no data: no ping was answered or missed');
    // A pong is missed after the step's `pingTimeout`, which no pong that came has passed.
    return { measured, bad, atLeastMicros: null };
  },
  count: (limitMicros) => ({
    count: ({ tallies }, { ping: pongs }) => {
      const missed = tallies.pongsMissed ?? 0;
      const slow = pongs === undefined ? 0 : countAbove(pongs, limitMicros);
      return { bad: missed + slow, total: (pongs?.totalCount ?? 0) + missed };
    },
    gates: false,
  }),
});
