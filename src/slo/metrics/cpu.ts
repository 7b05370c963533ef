// cpu(target): the share that is busy of the cores it may use; the mean unless another statistic is asked for.

import { observedMetric } from './observed-metric.ts';

export const cpu = observedMetric({
  name: 'cpu',
  unit: 'share',
  resolution: 0.01,
  of: 'stretch',
  pick: ({ cpuShare }, { cores }) => (cores === null ? null : cpuShare / cores),
  unavailable: ({ name, cores }) =>
    cores === null || cores <= 0
      ? `how many cores \`${name}\` may use is not known: \`cores(${name})\` says how many it keeps busy`
      : null,
});
