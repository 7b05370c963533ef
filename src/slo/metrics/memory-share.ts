// memory_share(container:x): its memory as a share of its limit.

import { observedMetric } from './observed-metric.ts';

export const memoryShare = observedMetric({
  name: 'memory_share',
  unit: 'share',
  resolution: 0.01,
  of: 'moment',
  pick: ({ memoryBytes }, { memoryLimitBytes }) =>
    memoryLimitBytes === null || memoryBytes === null ? null : memoryBytes / memoryLimitBytes,
  unavailable: ({ name, memoryLimitBytes }) =>
    memoryLimitBytes === null || memoryLimitBytes <= 0
      ? `\`${name}\` has no memory limit that is known: use \`memory(${name})\``
      : null,
});
