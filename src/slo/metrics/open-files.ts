// open_files(target): open descriptors of all processes of a tree; one that two of them share counts in each.

import { observedMetric } from './observed-metric.ts';

export const openFiles = observedMetric({
  name: 'open_files',
  unit: 'count',
  resolution: 1,
  of: 'moment',
  pick: ({ openFiles }) => openFiles,
  unavailable: ({ name, isContainer }) =>
    isContainer ? `open files are counted of processes that Mettle starts, not of \`${name}\`` : null,
});
