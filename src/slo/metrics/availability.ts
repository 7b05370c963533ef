// availability = ok/offered: the complement of the error rate, for those who think in nines.

import { shareMetric } from './share.ts';

export const availability = shareMetric({
  name: 'availability',
  better: 'higher',
  bad: (counts) => counts.offered - counts.ok,
});
