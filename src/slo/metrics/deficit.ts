// deficit(fault): good answers missing against the steady rate, from the effect until recovered (or to the end).

import type { Slice } from '../../measure/slice.ts';
import { noSteadyPhase } from '../../record/impact-schema.ts';
import { type FaultAnswer, timelinesFor } from '../fault-times.ts';
import { deficitOf, steadyGoodput } from '../goodput.ts';
import { sumOf } from '../occurrences.ts';
import { noReading } from './metric.ts';
import type { Metric, Reading } from './metric.ts';

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
  compute: (measure, evidence) => {
    const { slices, run } = evidence.data;
    const steadyPerSecond = steadyGoodput(slices, run.phases, run.load.elapsedMicros);
    return sumOf(timelinesFor(measure, evidence).map((answer) => readingOf(answer, slices, steadyPerSecond)));
  },
} as const satisfies Metric;

function readingOf(answer: FaultAnswer, slices: readonly Slice[], steadyPerSecond: number | null): Reading {
  if ('reading' in answer) return answer.reading;
  const { timeline, times } = answer;
  if (steadyPerSecond === null) return noReading(`no data: ${noSteadyPhase}`, timeline.samples);
  const untilMicros = timeline.recoveredAtMicros ?? times.untilMicros;
  const value = deficitOf(slices, steadyPerSecond, { ...times, untilMicros });
  // Not recovered by the end: what is still missing then is not in the sum.
  return { value, atLeast: timeline.recoveredAtMicros === null, samples: timeline.samples, note: null };
}
