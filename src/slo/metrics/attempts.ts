// attempts(dependency): how often the service tried during a fault, refused attempts included.

import { linkMetric } from './link-metric.ts';
import { noReading } from './metric.ts';

export const attempts = linkMetric({
  name: 'attempts',
  unit: 'count',
  resolution: 1,
  tooFew: () => null,
  read: ({ total, refused, complete }) => {
    if (refused === null)
      return noReading('attempts were turned away where the proxy cannot see them', total);
    if (complete) return { value: total, atLeast: false, samples: total, note: null };
    const note = 'only its last five minutes are known';
    return {
      ...{ value: total, atLeast: true, samples: total, note },
      undecided: (limit) => (limit > total ? note : null),
    };
  },
});
