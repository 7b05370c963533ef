// bytes(series): bytes received per complete answer, on average.

import { isHttp, everReceived, stepsOf } from '../series-kinds.ts';
import { viewOf } from '../select.ts';
import { noReading } from './metric.ts';
import type { Metric } from './metric.ts';

export const bytes = {
  name: 'bytes',
  pattern: /^bytes$/,
  unit: 'bytes',
  better: 'lower',
  scale: 'log',
  subject: 'series',
  argument: 'statistic',
  resolution: 1,
  tolerance: () => 0.05,
  tooFew: () => null,
  allowance: () => null,
  compute: ({ subject, argument, during }, { data }) => {
    if (argument !== null && (argument.kind !== 'statistic' || argument.statistic !== 'mean'))
      return noReading('sizes are only added up: `bytes` knows the mean alone');
    // Steps that receive nothing by their nature (a pause, a send without a reply) would only thin out the mean.
    const steps = stepsOf(data, subject).filter(
      (series) => isHttp(data, series) || everReceived(data, series),
    );
    const counts = steps.map(({ name }) => viewOf(data, name, during).counts);
    const answered = counts.reduce((sum, one) => sum + one.answered, 0);
    if (answered === 0) return noReading('no data: there was no complete answer whose bytes are counted');
    const received = counts.reduce((sum, one) => sum + one.bytes, 0);
    const broken = counts.reduce((sum, one) => sum + one.started - one.answered, 0);
    const note = broken === 0 ? null : `what came of ${broken} incomplete answers is in it`;
    return { value: received / answered, atLeast: false, samples: answered, note };
  },
} as const satisfies Metric;
