// restarts(target): how often another process or another start of the container took its place while the run lasted.

import { countMetric } from './observed-count.ts';

export const restarts = countMetric({
  name: 'restarts',
  pick: (watched) => watched.restarts,
  unavailable: ({ name, isContainer }) =>
    isContainer
      ? `the engine stopped telling what happens to \`${name}\`: some restarts may be missing`
      : `restarts of \`${name}\` are not in this record`,
});
