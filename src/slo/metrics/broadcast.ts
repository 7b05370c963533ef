// broadcast(series): from the sending of a message to each of its copies; missing ones rank above all that came.

import { broadcastMetric } from './broadcast-metric.ts';

export const broadcast = broadcastMetric({ name: 'broadcast', kind: 'delivery', bad: 'missing' });
