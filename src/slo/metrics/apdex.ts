// apdex(series, T) = (satisfied + tolerating/2)/total: satisfied up to T, tolerating up to 4T, failures frustrated.

import { countAbove } from '../../measure/histogram.ts';
import { noData, noReading } from './metric.ts';
import type { Metric } from './metric.ts';

const samplesNeeded = 100;

export const apdex = {
  name: 'apdex',
  pattern: /^apdex$/,
  unit: 'score',
  better: 'higher',
  scale: 'points',
  subject: 'series',
  argument: 'duration',
  resolution: 0,
  tolerance: () => 0.005,
  tooFew: (_measure, samples) =>
    samples >= samplesNeeded ? null : `apdex needs at least ${samplesNeeded} samples, there are ${samples}`,
  allowance: () => null,
  compute: (measure, { view }) => {
    const { offered, ok } = view.counts;
    if (measure.argument?.kind !== 'duration')
      return noReading('apdex needs its threshold: apdex(series, 500ms)');
    if (offered === 0) return noData;
    const { micros } = measure.argument;
    const slow = countAbove(view.histograms.response, micros);
    const frustrated = countAbove(view.histograms.response, 4 * micros);
    const value = (ok - slow + (slow - frustrated) / 2) / offered;
    return { value, atLeast: false, samples: offered, note: null };
  },
} as const satisfies Metric;
