// recovery(fault): from the clear to the start of the first good stretch; never reached is a lower bound, which fails.

import { timelineFor } from '../fault-times.ts';
import type { Metric } from './metric.ts';

export const recovery = {
  name: 'recovery',
  pattern: /^recovery$/,
  unit: 'µs',
  better: 'lower',
  scale: 'log',
  subject: 'fault',
  argument: 'none',
  resolution: 1_000_000,
  tolerance: () => 0.1,
  tooFew: () => null,
  allowance: () => null,
  compute: (measure, evidence) => {
    const answer = timelineFor(measure, evidence);
    if ('reading' in answer) return answer.reading;
    const { timeline, times } = answer;
    const { samples } = timeline;
    const relapsed = timeline.relapsed ? 'relapsed; ' : '';
    if (timeline.recoveredAtMicros === null) {
      const elapsed = times.untilMicros - times.clearedAtMicros;
      return { value: elapsed, atLeast: true, samples, note: `${relapsed}not recovered before the end` };
    }
    const value = timeline.recoveredAtMicros - times.clearedAtMicros;
    const note = timeline.impact ? `${relapsed}± 1 s` : 'no impact';
    return { value, atLeast: false, samples, note };
  },
} as const satisfies Metric;
