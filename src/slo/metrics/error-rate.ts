// error_rate = 1 − ok/offered: refused, dropped and unsent work counts as bad, not as missing.

import { shareMetric } from './share.ts';

export const errorRate = shareMetric({
  name: 'error_rate',
  better: 'lower',
  bad: (counts) => counts.offered - counts.ok,
});
