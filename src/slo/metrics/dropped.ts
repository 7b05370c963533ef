// dropped: the share of offered work that was never started because `maxInFlight` or the pacing left no room.

import { shareMetric } from './share.ts';

export const dropped = shareMetric({ name: 'dropped', better: 'lower', bad: (counts) => counts.dropped });
