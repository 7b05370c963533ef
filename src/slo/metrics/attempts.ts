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
    const note = complete ? null : 'of its last five minutes';
    return { value: total, atLeast: !complete, samples: total, note };
  },
});
