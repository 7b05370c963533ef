// connect(series): until a connection was open, by the requests that opened one; those that could not open it rank above.

import { openingMetric } from './opening-metric.ts';

export const connect = openingMetric({
  name: 'connect',
  errors: ['connect', 'dns', 'tls'],
  nothing: 'no connection was opened',
});
