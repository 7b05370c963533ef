// deficit(fault): good answers missing against the steady rate, from the effect until recovered (or to the end).

import { type FaultAnswer, timelinesFor } from '../fault-times.ts';
import { deficitOf, steadyGoodput } from '../goodput.ts';
import { sumOf } from '../occurrences.ts';
import { noReading } from './metric.ts';
import type { Evidence, Metric, Reading } from './metric.ts';

export const deficit = {
  name: 'deficit',
  pattern: /^deficit$/,
  unit: 'count',
  better: 'lower',
  scale: 'log',
  subject: 'fault',
  argument: 'none',
  resolution: 1,
  tolerance: () => 0.1,
  tooFew: () => null,
  allowance: () => null,
  compute: (measure, evidence) =>
    sumOf(timelinesFor(measure, evidence).map((answer) => readingOf(answer, evidence))),
} as const satisfies Metric;

function readingOf(answer: FaultAnswer, { data }: Evidence): Reading {
  if ('reading' in answer) return answer.reading;
  const { timeline, times } = answer;
  const { phases, load } = data.run;
  const steadyPerSecond = steadyGoodput(data.slices, phases, load.elapsedMicros);
  if (steadyPerSecond === null)
    return noReading('no data: there is no steady phase to compare with', timeline.samples);
  const untilMicros = timeline.recoveredAtMicros ?? times.untilMicros;
  const value = deficitOf(data.slices, steadyPerSecond, { ...times, untilMicros });
  // Not recovered by the end: what is still missing then is not in the sum.
  return { value, atLeast: timeline.recoveredAtMicros === null, samples: timeline.samples, note: null };
}
