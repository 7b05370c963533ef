// fanout_first(series): per broadcast message, from its sending to the first subscriber.

import { broadcastMetric } from './broadcast-metric.ts';

export const fanoutFirst = broadcastMetric({ name: 'fanout_first', kind: 'fanoutFirst', bad: null });
