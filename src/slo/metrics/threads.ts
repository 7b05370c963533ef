// threads(target): of all processes of a tree together.

import { observedMetric } from './observed-metric.ts';

export const threads = observedMetric({
  name: 'threads',
  unit: 'count',
  resolution: 1,
  of: 'moment',
  pick: ({ threads }) => threads,
  unavailable: ({ name, isContainer }) =>
    isContainer ? `threads are counted of processes that Mettle starts, not of \`${name}\`` : null,
});
