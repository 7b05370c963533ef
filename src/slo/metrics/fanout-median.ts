// fanout_median(series): per broadcast message, from its sending to the median subscriber.

import { broadcastMetric } from './broadcast-metric.ts';

export const fanoutMedian = broadcastMetric({ name: 'fanout_median', kind: 'fanoutMedian', bad: null });
