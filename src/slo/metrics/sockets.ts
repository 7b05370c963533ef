// sockets(target): of the open descriptors of a process tree, those that are sockets.

import { observedMetric } from './observed-metric.ts';

export const sockets = observedMetric({
  name: 'sockets',
  unit: 'count',
  resolution: 1,
  of: 'moment',
  pick: ({ sockets }) => sockets,
  unavailable: ({ name, isContainer }) =>
    isContainer ? `sockets are counted of processes that Mettle starts, not of \`${name}\`` : null,
});
