// sockets_left(target): how many more sockets are open after the load than before it.

import { leftMetric } from './left-metric.ts';

export const socketsLeft = leftMetric({
  name: 'sockets_left',
  unit: 'count',
  resolution: 1,
  tolerance: 1,
  pick: ({ sockets }) => sockets,
  compare: (before, after) => after - before,
  ofContainers: 'sockets are counted of processes that Mettle starts, not of containers',
});
