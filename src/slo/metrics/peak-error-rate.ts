// peak_error_rate(fault), of several times the highest: the worst second from the effect until recovered, or to the end.

import { answerOf, courseOf, feltUntil } from '../fault-times.ts';
import { worstOf } from '../occurrences.ts';
import { peakOf, thinnestOf } from '../peak.ts';
import { isSignificantlyBad } from '../significance.ts';
import { formatDuration } from '../../kernel/units.ts';
import type { FaultRecord } from '../../record/schema.ts';
import { noReading } from './metric.ts';
import type { Evidence, Metric, Reading } from './metric.ts';

export const peakErrorRate = {
  name: 'peak_error_rate',
  pattern: /^peak_error_rate$/,
  unit: 'share',
  better: 'lower',
  scale: 'points',
  subject: 'fault',
  argument: 'none',
  resolution: 0,
  tolerance: () => 0.005,
  tooFew: () => null,
  allowance: () => null,
  compute: (measure, evidence) => {
    const faults = evidence.data.run.faults.filter(
      ({ id, effectAtMicros }) => id === measure.subject && effectAtMicros !== null,
    );
    if (faults.length === 0) return noReading(`the fault \`${measure.subject ?? ''}\` took no effect`);
    return worstOf(faults.map((fault) => readingOf(fault, evidence)));
  },
} as const satisfies Metric;

function readingOf(fault: FaultRecord, { data, gates }: Evidence): Reading {
  const course = courseOf(data);
  const untilMicros = feltUntil(fault, answerOf(fault, course, gates), course);
  const { clearedAtMicros, effectAtMicros } = fault;
  const times = { effectAtMicros: effectAtMicros ?? 0, clearedAtMicros, untilMicros };
  const peak = peakOf(data.slices, times);
  if (peak === null) return noReading(`no data: fewer than 10 samples while \`${fault.id}\` could be felt`);
  const { share, bad, samples, atMicros } = peak;
  const note = `${bad} of ${samples} bad at ${atMicros === 0 ? '0s' : formatDuration(atMicros)}`;
  return {
    value: share,
    atLeast: false,
    samples,
    note,
    undecided: (limit) => {
      const own = tooFewFor(limit, { bad, samples, what: 'its worst window' });
      if (own !== null || share > limit) return own;
      // A good second that has too few for the limit shows no more than it would alone.
      const thinnest = thinnestOf(data.slices, times);
      return tooFewFor(limit, { bad: 0, samples: thinnest, what: 'one of its windows' });
    },
  };
}

/** A rate needs n · limit ≥ 1, unless that many bad ones are beyond chance all the same. */
function tooFewFor(
  limit: number,
  { bad, samples, what }: { readonly bad: number; readonly samples: number; readonly what: string },
): string | null {
  if (samples * limit >= 1 - 1e-9 || limit <= 0 || isSignificantlyBad(bad, samples, limit)) return null;
  const needed = Math.ceil(1 / limit - 1e-6);
  return `peak_error_rate needs ${needed} samples a second for this limit, ${what} has ${samples}`;
}
