// recovery(fault), of several times the slowest: from the clear to the start of the first good stretch; never reached is a lower bound, which fails.

import { type FaultAnswer, timelinesFor } from '../fault-times.ts';
import { worstOf } from '../occurrences.ts';
import type { Metric, Reading } from './metric.ts';

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
    const { elapsedMicros } = evidence.data.run.load;
    return worstOf(timelinesFor(measure, evidence).map((answer) => readingOf(answer, elapsedMicros)));
  },
} as const satisfies Metric;

/** `elapsedMicros`: of the load. */
function readingOf(answer: FaultAnswer, elapsedMicros: number): Reading {
  if ('reading' in answer) return answer.reading;
  const { timeline, times } = answer;
  const { samples } = timeline;
  const relapsed = timeline.relapsed ? 'relapsed; ' : '';
  if (timeline.recoveredAtMicros === null) {
    const elapsed = times.untilMicros - times.clearedAtMicros;
    const before = times.untilMicros < elapsedMicros ? 'the next fault' : 'the end';
    const { unheard } = timeline;
    const why = unheard === null ? '' : `: nothing that \`${unheard}\` counts was due any more`;
    return {
      value: elapsed,
      atLeast: true,
      samples,
      note: `${relapsed}not recovered before ${before}${why}`,
    };
  }
  const value = timeline.recoveredAtMicros - times.clearedAtMicros;
  const note = timeline.impact ? `${relapsed}± 1 s` : 'no impact';
  return { value, atLeast: false, samples, note };
}
