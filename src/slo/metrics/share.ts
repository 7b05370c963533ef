// What the share metrics have in common: bad of offered, needing enough samples for one bad one to fit the limit.

import type { SliceCounts } from '../../measure/slice.ts';
import { noData } from './metric.ts';
import type { Metric } from './metric.ts';

interface ShareInit<Name extends string> {
  readonly name: Name;
  /** `lower`: the value is the bad share; `higher`: it is the rest. */
  readonly better: 'lower' | 'higher';
  bad(counts: SliceCounts): number;
}

/**
 * Rates need n · limit ≥ 1, where the limit is the bad share that is allowed. Where none is, one bad one is more than that
 * however few there are: `error_rate > 0%` is kept by it, and no `error_rate <= 0%` comes here.
 */
export function tooFewFor(name: string, share: number, samples: number): string | null {
  if (share <= 0 || samples * share >= 1 - 1e-9) return null;
  const needed = Math.ceil(1 / share - 1e-6);
  return `${name} needs at least ${needed} samples for this limit, there are ${samples}`;
}

export function shareMetric<Name extends string>(init: ShareInit<Name>): Metric & { readonly name: Name } {
  // 1 − 0.9 is a little less than 0.1: one bad of ten would be beyond it.
  const allowed = (limit: number): number =>
    init.better === 'lower' ? limit : Number((1 - limit).toFixed(12));
  const inDirection = init.better === 'lower' ? '<' : '>';
  return {
    name: init.name,
    pattern: new RegExp(`^${init.name}$`),
    unit: 'share',
    better: init.better,
    scale: 'points',
    subject: 'series',
    argument: 'none',
    resolution: 0,
    tolerance: () => 0.005,
    tooFew: (_measure, samples, limit) =>
      limit === null ? null : tooFewFor(init.name, allowed(limit), samples),
    allowance: (_measure, operator, limit) =>
      operator.startsWith(inDirection)
        ? { share: allowed(limit), count: (counts) => ({ bad: init.bad(counts), total: counts.offered }) }
        : null,
    compute: (_measure, { view }) => {
      const { offered } = view.counts;
      if (offered === 0) return noData;
      const bad = init.bad(view.counts);
      const value = (init.better === 'lower' ? bad : offered - bad) / offered;
      return { value, atLeast: false, samples: offered, note: null };
    },
  };
}
