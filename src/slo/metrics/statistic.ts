// Many durations as one: a percentile, the mean, the smallest or the largest, with what has no value ranked above all.

import type { Offered, RankedValue } from '../../measure/quantile.ts';
import { maxOf, meanOf, quantileOf, rankOf, samplesNeeded } from '../../measure/quantile.ts';
import { valueAtRank } from '../../measure/histogram.ts';
import type { Measure } from '../expression.ts';

type Choice =
  { readonly kind: 'quantile'; readonly quantile: number } | { readonly kind: 'mean' | 'min' | 'max' };

/** What is meant when nothing is said. */
const usual = 'p95';

const namedIn = ({ argument }: Measure): string =>
  argument?.kind === 'statistic' ? argument.statistic : usual;

/** Null for a name that is no statistic. */
export function choiceIn(measure: Measure): Choice | null {
  const name = namedIn(measure);
  if (name === 'mean' || name === 'min' || name === 'max') return { kind: name };
  return /^p[1-9]\d?(?:\.\d{1,2})?$/.test(name)
    ? { kind: 'quantile', quantile: Number(name.slice(1)) / 100 }
    : null;
}

/** Percentiles need 10/(1−q) samples, the others one. */
export function tooFewFor(measure: Measure, samples: number): string | null {
  const choice = choiceIn(measure);
  if (choice?.kind !== 'quantile') return null;
  const needed = samplesNeeded(choice.quantile);
  if (samples >= needed) return null;
  return `${namedIn(measure)} of ${measure.metric} needs at least ${needed} samples, there are ${samples}`;
}

/** Undefined when there is nothing. A mean counts what has no value as the longest wait, by definition. */
export function rankedValue(choice: Choice, data: Offered): RankedValue | undefined {
  switch (choice.kind) {
    case 'quantile':
      return quantileOf(data, choice.quantile);
    case 'mean':
      return meanOf(data);
    case 'max':
      return maxOf(data);
    case 'min': {
      const { good } = data;
      if (good === undefined || good.totalCount === 0) return maxOf(data);
      return { valueMicros: valueAtRank(good, rankOf(0, good.totalCount)), atLeast: false };
    }
  }
}
