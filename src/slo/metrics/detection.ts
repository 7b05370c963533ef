// detection(fault): from its effect to the first of two consecutive bad windows; without impact there is nothing to judge.

import { type FaultAnswer, timelinesFor } from '../fault-times.ts';
import { worstOf } from '../occurrences.ts';
import { noReading } from './metric.ts';
import type { Metric, Reading } from './metric.ts';

export const detection = {
  name: 'detection',
  pattern: /^detection$/,
  unit: 'µs',
  better: 'lower',
  scale: 'log',
  subject: 'fault',
  argument: 'none',
  resolution: 1_000_000,
  tolerance: () => 0.1,
  tooFew: () => null,
  allowance: () => null,
  compute: (measure, evidence) => worstOf(timelinesFor(measure, evidence).map(readingOf)),
} as const satisfies Metric;

function readingOf(answer: FaultAnswer): Reading {
  if ('reading' in answer) return answer.reading;
  const { timeline, times, detectionConfounded } = answer;
  const { detectedAtMicros, samples } = timeline;
  if (detectionConfounded !== null) return noReading(detectionConfounded, samples);
  if (detectedAtMicros !== null) {
    const value = detectedAtMicros - times.effectAtMicros;
    return { value, atLeast: false, samples, note: '± 1 s' };
  }
  if (!timeline.enough)
    return noReading(`nothing showed, but ${samples} samples are too few to tell`, samples);
  // Something was broken, or may have been: a limit for when it shows must not go unjudged.
  if (timeline.impact) {
    const why = 'no two windows in a row were bad, and it is not shown that nothing happened';
    return noReading(`${why}: when it began to show cannot be told`, samples);
  }
  return { ...noReading('no impact: there was nothing to detect', samples), nothingToJudge: true };
}
