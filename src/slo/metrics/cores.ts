// cores(target): how many cores it keeps busy; the mean unless another statistic is asked for.

import { observedMetric } from './observed-metric.ts';

export const cores = observedMetric({
  name: 'cores',
  unit: 'count',
  resolution: 0.01,
  of: 'stretch',
  pick: ({ cpuShare }) => cpuShare,
  unavailable: () => null,
});
