// deficit(fault): good answers missing against the steady rate, from the effect until recovered (or to the end).

import { type FaultAnswer, timelinesFor } from '../fault-times.ts';
import { sumOf } from '../occurrences.ts';
import { isFlowSeries, viewOf } from '../select.ts';
import { noReading } from './metric.ts';
import type { Evidence, Metric, Reading } from './metric.ts';

const secondMicros = 1_000_000;

/** Good answers by due second, over the steps; windows without any are missing all of theirs. */
function missing(evidence: Evidence, steadyPerSecond: number, fromMicros: number, toMicros: number): number {
  let total = 0;
  const steps = evidence.data.slices.filter((slice) => !isFlowSeries(slice.series));
  for (let start = fromMicros; start < toMicros - 0.5; start += secondMicros) {
    const end = Math.min(start + secondMicros, toMicros);
    const inside = steps.filter((slice) => slice.startMicros >= start - 0.5 && slice.startMicros < end - 0.5);
    const good = inside.reduce((sum, slice) => sum + slice.counts.ok, 0);
    total += Math.max(0, (steadyPerSecond * (end - start)) / secondMicros - good);
  }
  return total;
}

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

function readingOf(answer: FaultAnswer, evidence: Evidence): Reading {
  if ('reading' in answer) return answer.reading;
  const { timeline, times } = answer;
  const steady = viewOf(evidence.data, null, ['steady']);
  if (steady.durationMicros <= 0 || steady.counts.offered === 0) {
    return noReading('no data: there is no steady phase to compare with', timeline.samples);
  }
  const steadyPerSecond = steady.okWhileOffered / (steady.durationMicros / secondMicros);
  const { effectAtMicros, clearedAtMicros } = times;
  const until = timeline.recoveredAtMicros ?? times.untilMicros;
  const value =
    missing(evidence, steadyPerSecond, effectAtMicros, clearedAtMicros) +
    missing(evidence, steadyPerSecond, clearedAtMicros, until);
  // Not recovered by the end: what is still missing then is not in the sum.
  return { value, atLeast: timeline.recoveredAtMicros === null, samples: timeline.samples, note: null };
}
