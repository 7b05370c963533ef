// What counts beside the offered work have in common: a number, out of how many; none is a value only where some could be.

import type { TallyName } from '../../measure/slice.ts';
import type { Measure } from '../expression.ts';
import { noReading } from './metric.ts';
import type { Evidence, Metric } from './metric.ts';

interface TallyMetric {
  readonly name: string;
  readonly tally: TallyName;
  /** How many it is out of. */
  readonly outOf: (measure: Measure, evidence: Evidence) => number;
  /** Why there is no value where it is out of none. */
  readonly nothing: string;
}

export const tallyMetric = ({ name, tally, outOf, nothing }: TallyMetric) =>
  ({
    name,
    pattern: new RegExp(`^${name}$`),
    unit: 'count',
    better: 'lower',
    scale: 'log',
    subject: 'series',
    argument: 'none',
    resolution: 1,
    tolerance: () => 0.1,
    tooFew: () => null,
    allowance: () => null,
    compute: (measure, evidence) => {
      const samples = outOf(measure, evidence);
      if (samples === 0) return noReading(`no data: ${nothing}`);
      return { value: evidence.view.counts.tallies[tally] ?? 0, atLeast: false, samples, note: null };
    },
  }) as const satisfies Metric;
