// memory_growth(target): the share by which its memory after the load exceeds that before it.

import { leftMetric } from './left-metric.ts';

export const memoryGrowth = leftMetric({
  name: 'memory_growth',
  unit: 'share',
  resolution: 0.01,
  tolerance: 0.05,
  pick: ({ memoryBytes }) => memoryBytes,
  compare: (before, after) => after / before - 1,
  ofContainers: null,
});
