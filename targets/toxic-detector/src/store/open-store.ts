// Picks the store: Redis with memory behind it when REDIS_URL is set, memory alone when it is not.
import type { Metrics } from '../observe/metrics.ts';
import { fallbackStore } from './fallback-store.ts';
import { memoryStore } from './memory-store.ts';
import { redisStore } from './redis-store.ts';
import type { Store } from './store.ts';

export function openStore(redisUrl: string | null, metrics: Metrics): Store {
  if (redisUrl === null) return memoryStore();
  const count = (): void => metrics.degraded.inc({ dependency: 'redis' });
  return fallbackStore(redisStore(redisUrl, count), memoryStore(), { onFallback: count });
}
