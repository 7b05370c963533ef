// first_byte(series): from the start of a request to the head of its answer, whatever the status; none ranks above all.

import { countAbove } from '../../measure/histogram.ts';
import { everGood, isHttp, stepsOf } from '../series-kinds.ts';
import { viewOf } from '../select.ts';
import { durationMetric } from './duration-metric.ts';
import { noData, noReading } from './metric.ts';

export const firstByte = durationMetric({
  name: 'first_byte',
  read: (measure, { data, view }) => {
    // What was answered without a first byte has none by its nature; of what never was, nothing is known to its favour.
    const steps = stepsOf(data, measure.subject).filter(
      (series) => isHttp(data, series) || !everGood(data, series),
    );
    if (steps.length === 0) return noReading('no data: only HTTP steps have a first byte');
    const views = steps.map(({ name }) => viewOf(data, name, measure.during));
    const offered = views.reduce((sum, { counts }) => sum + counts.offered, 0);
    if (offered === 0) return noData;
    const measured = view.histograms.firstByte;
    return {
      measured,
      bad: Math.max(0, offered - measured.totalCount),
      atLeastMicros: Math.max(...views.map(({ timeoutMicros }) => timeoutMicros)),
    };
  },
  // Steps that have no first byte by their nature cannot be told apart here: one that is named has.
  count: (limitMicros, { subject }) =>
    subject === null
      ? null
      : {
          count: ({ offered, ok }, { firstByte: seen }) => {
            const came = seen?.totalCount ?? 0;
            if (came === 0 && ok > 0) return { bad: 0, total: 0 };
            const slow = seen === undefined ? 0 : countAbove(seen, limitMicros);
            return { bad: Math.max(0, offered - came) + slow, total: offered };
          },
          lateAfterMicros: null,
        },
});
