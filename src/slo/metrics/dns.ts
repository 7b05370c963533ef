// dns(series): the part of opening a connection that looking up the name took; addresses have none.

import { openingMetric } from './opening-metric.ts';

export const dns = openingMetric({ name: 'dns', errors: ['dns'], nothing: 'no name was looked up' });
