// event_gap(series): from one event of a streamed answer to the next.

import { countAbove } from '../../measure/histogram.ts';
import { everMeasured, stepsOf } from '../series-kinds.ts';
import { viewOf } from '../select.ts';
import { deadSteps } from './dead-steps.ts';
import { durationMetric } from './duration-metric.ts';
import { noReading } from './metric.ts';

export const eventGap = durationMetric({
  name: 'event_gap',
  read: (measure, { data, view }) => {
    const { subject, during } = measure;
    const measured = view.histograms.eventGap;
    if (measured.totalCount === 0) return noReading('no data: no event followed another');
    const streams = stepsOf(data, subject).filter((series) => everMeasured(data, series, 'firstEvent'));
    const failed = streams.reduce((sum, { name }) => {
      const { offered, ok } = viewOf(data, name, during).counts;
      return sum + offered - ok;
    }, 0);
    const dead = deadSteps(data, measure);
    const ended = `${failed} streams failed, and what they waited for in the end is not recorded as a gap`;
    const why = [failed === 0 ? null : ended, dead.why].filter((one) => one !== null).join('; ');
    const unsure = { count: failed + dead.offered, why };
    return { measured, bad: 0, atLeastMicros: view.timeoutMicros, unsure };
  },
  count: (limitMicros) => ({
    count: (_counts, { eventGap: gaps }) =>
      gaps === undefined
        ? { bad: 0, total: 0 }
        : { bad: countAbove(gaps, limitMicros), total: gaps.totalCount },
    gates: false,
  }),
});
