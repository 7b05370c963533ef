// achieved = complete answers of any status/offered: whether the planned rate was reached at all.

import { noReading } from './metric.ts';
import type { Metric } from './metric.ts';
import { shareMetric } from './share.ts';

const share = shareMetric({
  name: 'achieved',
  better: 'higher',
  bad: (counts) => counts.offered - counts.answered,
});

/** A closed unpaced load offers only what was answered before, so it would always "achieve" everything. */
export const achieved: Metric & { readonly name: 'achieved' } = {
  ...share,
  compute: (measure, evidence) =>
    evidence.view.hasDueTime || evidence.view.counts.offered === 0
      ? share.compute(measure, evidence)
      : noReading(
          'achieved means nothing without due times: the load is closed and unpaced',
          evidence.view.counts.offered,
        ),
};
