// tls(series): the part of opening a connection that the TLS handshake took.

import { openingMetric } from './opening-metric.ts';

export const tls = openingMetric({ name: 'tls', errors: ['tls'], nothing: 'there was no TLS handshake' });
