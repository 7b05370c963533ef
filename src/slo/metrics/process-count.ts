// processes(container:x): how many run in it, threads included where the engine counts tasks.

import { observedMetric } from './observed-metric.ts';

export const processCount = observedMetric({
  name: 'processes',
  unit: 'count',
  resolution: 1,
  of: 'moment',
  pick: ({ processes }) => processes,
  unavailable: ({ name, isContainer }) =>
    isContainer ? null : `processes are counted of containers, not of \`${name}\`: see \`threads(${name})\``,
});
