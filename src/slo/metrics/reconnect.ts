// reconnect(series): from the loss of a WebSocket to its replacement; losses that were never replaced rank above all.

import { countAbove } from '../../measure/histogram.ts';
import { everMeasured, isWebSocketConnect, stepsOf } from '../series-kinds.ts';
import { viewOf } from '../select.ts';
import { durationMetric } from './duration-metric.ts';
import { noReading } from './metric.ts';

export const reconnect = durationMetric({
  name: 'reconnect',
  read: ({ subject, during }, { data, view }) => {
    const connects = stepsOf(data, subject).filter((series) => isWebSocketConnect(data, series));
    if (connects.length === 0) return noReading('no data: no WebSocket was connected');
    const lost = view.counts.tallies.closed ?? 0;
    const measured = view.histograms.reconnect;
    if (lost + measured.totalCount === 0)
      return { ...noReading('no connection was lost'), nothingToJudge: true };
    // Without `reconnect:` a loss is final by plan; records do not hold plans, but here one was replaced at least once.
    const planned = connects.filter((series) => everMeasured(data, series, 'reconnect'));
    if (planned.length === 0)
      return noReading(`no data: of ${lost} lost connections none was opened again`, lost);
    const tallies = planned.map(({ name }) => viewOf(data, name, during).counts.tallies);
    const bad = tallies.reduce(
      (sum, { closed = 0, reconnects = 0 }) => sum + Math.max(0, closed - reconnects),
      0,
    );
    if (bad + measured.totalCount === 0)
      return { ...noReading('no connection that is opened again was lost'), nothingToJudge: true };
    return { measured, bad, atLeastMicros: null };
  },
  // Losses of connections that are not opened again by plan cannot be told apart here: one that is named is.
  count: (limitMicros, { subject }) =>
    subject === null
      ? null
      : {
          count: ({ tallies: { closed = 0, reconnects = 0 } }, { reconnect: times }) => {
            const slow = times === undefined ? 0 : countAbove(times, limitMicros);
            const never = Math.max(0, closed - reconnects);
            return { bad: slow + never, total: (times?.totalCount ?? 0) + never };
          },
          gates: false,
        },
});
