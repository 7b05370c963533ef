// What /metrics tells: the process, requests, cache, database, model and feed.
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

const latencyBucketsSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

export type Metrics = ReturnType<typeof createMetrics>;

/** A registry of its own, so that several services can live in one process (tests). */
export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    requests: new Histogram({
      name: 'detector_http_request_seconds',
      help: 'Time to answer, by route and status',
      labelNames: ['method', 'route', 'status'] as const,
      buckets: latencyBucketsSeconds,
      registers,
    }),
    cache: new Counter({
      name: 'detector_cache_lookups_total',
      help: 'Cached answers looked up, by result (hit, miss, joined)',
      labelNames: ['result'] as const,
      registers,
    }),
    degraded: new Counter({
      name: 'detector_degraded_total',
      help: 'What went on without a dependency, by dependency',
      labelNames: ['dependency'] as const,
      registers,
    }),
    detections: new Counter({
      name: 'detector_detections_total',
      help: 'Comments classified, by prediction',
      labelNames: ['prediction'] as const,
      registers,
    }),
    unstored: new Gauge({
      name: 'detector_unstored_detections',
      help: 'Detections answered and not yet in the database',
      registers,
    }),
    dropped: new Counter({
      name: 'detector_dropped_detections_total',
      help: 'Detections given up because the database stayed away too long',
      registers,
    }),
    subscribers: new Gauge({
      name: 'detector_feed_subscribers',
      help: 'Subscribers of the live feed',
      registers,
    }),
    limited: new Counter({
      name: 'detector_rate_limited_total',
      help: 'Requests refused by the rate limiter',
      registers,
    }),
  };
}
