// memory(target): resident memory of a process tree, or what a container's control group counts as its own.

import { observedMetric } from './observed-metric.ts';

export const memory = observedMetric({
  name: 'memory',
  unit: 'bytes',
  resolution: 1_048_576,
  of: 'moment',
  pick: ({ memoryBytes }) => memoryBytes,
  unavailable: () => null,
});
