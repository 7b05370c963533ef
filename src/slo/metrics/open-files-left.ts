// open_files_left(target): how many more descriptors are open after the load than before it.

import { leftMetric } from './left-metric.ts';

export const openFilesLeft = leftMetric({
  name: 'open_files_left',
  unit: 'count',
  resolution: 1,
  tolerance: 1,
  pick: ({ openFiles }) => openFiles,
  compare: (before, after) => after - before,
  ofContainers: 'open files are counted of processes that Mettle starts, not of containers',
});
