// attempts(dependency): how often the service tried during a fault, refused attempts included.

import { linkMetric, onlyTheEnd } from './link-metric.ts';
import { noReading, undecidedFrom } from './metric.ts';

export const attempts = linkMetric({
  name: 'attempts',
  unit: 'count',
  resolution: 1,
  tooFew: () => null,
  read: ({ total, refused, complete }, operator) => {
    if (refused === null)
      return noReading('attempts were turned away where the proxy cannot see them', total);
    if (complete) return { value: total, atLeast: false, samples: total, note: null };
    return {
      ...{ value: total, atLeast: true, samples: total, note: onlyTheEnd },
      undecided: undecidedFrom(total, onlyTheEnd, operator),
    };
  },
});
