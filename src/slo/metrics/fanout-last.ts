// fanout_last(series): per broadcast message, from its sending to the last subscriber; a message with a missing copy has none.

import { broadcastMetric } from './broadcast-metric.ts';

export const fanoutLast = broadcastMetric({ name: 'fanout_last', kind: 'fanoutLast', bad: 'incomplete' });
