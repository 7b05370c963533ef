// rate(series): starts per second, by when they really started; a plan that was not kept does not count.

import { judgedSpans } from '../judged-time.ts';
import { speaksOf } from '../select.ts';
import { isWithin, lengthOf } from '../spans.ts';
import { everOf, hasNothingToCount } from './ever.ts';
import { tooShortForRate } from './least-time.ts';
import { noData, noReading } from './metric.ts';
import type { Metric } from './metric.ts';

export const rate = {
  name: 'rate',
  pattern: /^rate$/,
  unit: '1/s',
  better: 'higher',
  scale: 'log',
  subject: 'series',
  argument: 'none',
  resolution: 0.01,
  tolerance: () => 0.05,
  tooFew: () => null,
  allowance: () => null,
  compute: (measure, evidence) => {
    const { subject, during } = measure;
    const { data, view } = evidence;
    const spans = judgedSpans(data.run, during);
    const lastedMicros = lengthOf(spans);
    if (hasNothingToCount(measure, evidence) || lastedMicros <= 0) return noData;
    const short = tooShortForRate(lastedMicros);
    if (short !== null) return noReading(short, view.counts.offered);
    const ever = everOf(data, subject);
    // Records of earlier versions have none.
    if (ever.begun === 0 && ever.started > 0)
      return noReading('this record does not say what was started when');
    let begun = 0;
    for (const { series, startMicros, counts } of data.slices) {
      if (speaksOf(subject, series) && isWithin(startMicros, spans)) begun += counts.begun;
    }
    return {
      value: begun / (lastedMicros / 1_000_000),
      atLeast: false,
      samples: view.counts.offered,
      note: null,
    };
  },
} as const satisfies Metric;
