// round_trip(series): from when a WebSocket message was due to the end of its reply; what got none ranks above all.

import { countAbove } from '../../measure/histogram.ts';
import { isFlowSeries } from '../select.ts';
import { everGood, everReceived, isHttp, stepsOf } from '../series-kinds.ts';
import { durationMetric } from './duration-metric.ts';
import { noData, noReading } from './metric.ts';

export const roundTrip = durationMetric({
  name: 'round_trip',
  fromStart: false,
  read: ({ subject }, { data, view }) => {
    // Sends with a reply cannot be told from other steps for certain: whoever asks has to say which one is meant.
    if (subject === null) return noReading('round_trip needs a series: round_trip(say)');
    if (isFlowSeries(subject)) return noReading(`\`${subject}\` is whole iterations, no round trip`);
    const [series] = stepsOf(data, subject);
    if (series === undefined || view.counts.offered === 0) return noData;
    if (isHttp(data, series))
      return noReading(`\`${subject}\` is an HTTP step, no round trip: use p95(${subject})`);
    if (everGood(data, series) && !everReceived(data, series))
      return noReading(`no data: \`${subject}\` never got a reply (does it ask for one?)`);
    const measured = view.histograms.response;
    const bad = view.counts.offered - measured.totalCount;
    return { measured, bad, atLeastMicros: view.timeoutMicros };
  },
  count: (limitMicros, { subject }) =>
    subject === null
      ? null
      : {
          count: ({ offered, ok }, { response }) => {
            const slow = response === undefined ? 0 : countAbove(response, limitMicros);
            return { bad: offered - ok + slow, total: offered };
          },
          lateAfterMicros: limitMicros,
        },
});
