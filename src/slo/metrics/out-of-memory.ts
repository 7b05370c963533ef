// oom_kills(container:x): how often the kernel ended something in it for want of memory while the run lasted.

import { countMetric } from './observed-count.ts';

export const outOfMemory = countMetric({
  name: 'oom_kills',
  pick: (watched) => watched.outOfMemory,
  unavailable: ({ name, isContainer }) =>
    isContainer
      ? `the engine stopped telling what happens to \`${name}\`: some of it may be missing`
      : `the engine tells of containers that ran out of memory, nobody of \`${name}\``,
});
