// What metrics of durations beside the latency have in common: `name(<series>[, <statistic>])`, p95 when none is named.

import type { Histogram } from 'hdr-histogram-js';
import type { RankedValue } from '../../measure/quantile.ts';
import type { Measure, Operator } from '../expression.ts';
import { noReading } from './metric.ts';
import type { Allowance, Evidence, Metric, Reading } from './metric.ts';
import { choiceIn, rankedValue, tooFewFor } from './statistic.ts';

/** Of everything that should have had such a duration. */
export interface Durations {
  readonly measured: Histogram;
  /** Those that came to none, which ranks above all that were measured. */
  readonly bad: number;
  /** What a bad one counts as, at least; smaller than the largest measured one: that. Null: how long is not recorded. */
  readonly atLeastMicros: number | null;
  /** Measured values from here on are lower bounds; null: none is. */
  readonly boundsFromMicros?: number | null;
  /** What may be bad, too, without the record telling; `any`: every value may be larger. Null: nothing. */
  readonly unsure?: { readonly count: number | 'any'; readonly why: string } | null;
}

interface DurationInit {
  readonly name: string;
  /** False: from when it was due. Default: from when it really began. */
  readonly fromStart?: boolean;
  /** Or the reading that says why there is nothing to rank. */
  readonly read: (measure: Measure, evidence: Evidence) => Durations | Reading;
  /** How to count what is bad against a limit, in µs; default: it cannot be. */
  readonly count?: (limitMicros: number, measure: Measure) => Omit<Allowance, 'share'> | null;
}

/** As measured, and as bad as it may be: the same where the record tells everything. */
function valuesOf(measure: Measure, durations: Durations): { best: RankedValue; worst: RankedValue } | null {
  const choice = choiceIn(measure);
  if (choice === null) return null;
  const { measured, bad, atLeastMicros, boundsFromMicros, unsure } = durations;
  const ranked = (more: number): RankedValue | undefined => {
    const offered = measured.totalCount + bad + more;
    const found = rankedValue(choice, { good: measured, offered, timeoutMicros: atLeastMicros ?? 0 });
    if (found === undefined) return undefined;
    // A mean has its value by definition, but only where it is known what its failures count as.
    if (choice.kind === 'mean') return { ...found, atLeast: found.atLeast && atLeastMicros === null };
    const isBound = boundsFromMicros != null && found.valueMicros >= boundsFromMicros;
    return { ...found, atLeast: found.atLeast || isBound };
  };
  const best = ranked(0);
  if (best === undefined) return null;
  if (unsure == null || unsure.count === 0) return { best, worst: best };
  if (unsure.count === 'any') return { best, worst: { ...best, atLeast: true } };
  return { best, worst: ranked(unsure.count) ?? best };
}

/** Broken by it for `<`, kept for `>=`; one that is just the limit keeps `<=`, and does not keep `>`. */
const isBeyond = ({ valueMicros, atLeast }: RankedValue, operator: Operator, limit: number): boolean =>
  atLeast || (operator === '<' || operator === '>=' ? valueMicros >= limit : valueMicros > limit);

function readingOf(measure: Measure, durations: Durations, operator: Evidence['operator']): Reading {
  const { measured, bad, atLeastMicros, unsure } = durations;
  const samples = measured.totalCount + bad;
  const values = valuesOf(measure, durations);
  if (values === null) return noReading('expected a statistic: p1…p99.99, mean, min or max', samples);
  const { best, worst } = values;
  const isOpen = worst.valueMicros !== best.valueMicros || worst.atLeast !== best.atLeast;
  const open = isOpen ? (unsure?.why ?? null) : null;
  const isMean = choiceIn(measure)?.kind === 'mean';
  const wait =
    atLeastMicros === null ? ': how long was waited is not recorded' : ' are counted as the longest wait';
  const counted = isMean && bad > 0 ? `${bad} without a value${wait}` : null;
  return {
    value: best.valueMicros,
    // Without a promise to decide, what is not known for certain must not look as if it were.
    atLeast: best.atLeast || (isOpen && operator === null),
    samples,
    note: counted !== null && open !== null ? `${counted}; ${open}` : (counted ?? open),
    undecided: (limit) => {
      const asked = operator === null ? (['<', '<='] as const) : [operator];
      const isSame = (one: Operator): boolean => isBeyond(best, one, limit) === isBeyond(worst, one, limit);
      return asked.every(isSame) ? null : open;
    },
  };
}

export const durationMetric = ({ name, fromStart = true, read, count }: DurationInit) =>
  ({
    name,
    pattern: new RegExp(`^${name}$`),
    unit: 'µs',
    better: 'lower',
    scale: 'log',
    fromStart,
    subject: 'series',
    argument: 'statistic',
    resolution: 1_000,
    tolerance: () => 0.1,
    tooFew: tooFewFor,
    allowance: (measure, operator, limit) => {
      const choice = choiceIn(measure);
      if (count === undefined || choice?.kind !== 'quantile' || operator.startsWith('>')) return null;
      const counted = count(operator === '<' ? limit - 1 : limit, measure);
      // 1 − 0.9 is a little less than 0.1: one bad of ten would be beyond it.
      const share = Number((1 - choice.quantile).toFixed(12));
      return counted === null ? null : { share, ...counted };
    },
    compute: (measure, evidence) => {
      const found = read(measure, evidence);
      return 'samples' in found ? found : readingOf(measure, found, evidence.operator);
    },
  }) as const satisfies Metric;
