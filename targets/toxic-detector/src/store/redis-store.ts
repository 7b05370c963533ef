// The store in Redis: shared by replicas, and kept over a restart of the service.
import { Redis } from 'ioredis';
import type { Store } from './store.ts';

const prefix = 'toxic-detector:';
const commandTimeoutMs = 250;

/** One round trip, and no count without an end: increments, and sets the end of the window with the first. */
const incrementScript = `
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return count`;

/**
 * Calls reject at once while Redis is away (nothing queues up behind a dead server); ioredis reconnects by itself.
 * `onTrouble` hears why it is away.
 */
export function redisStore(url: string, onTrouble: (error: Error) => void): Store {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 1_000,
    commandTimeout: commandTimeoutMs,
    retryStrategy: (attempt) => Math.min(attempt * 100, 2_000),
  });
  redis.on('error', onTrouble);
  return {
    async get(key) {
      return (await redis.get(prefix + key)) ?? undefined;
    },
    async set(key, value, ttlMs) {
      await redis.set(prefix + key, value, 'PX', Math.max(1, Math.ceil(ttlMs)));
    },
    async increment(key, windowMs) {
      return Number(await redis.eval(incrementScript, 1, prefix + key, windowMs));
    },
    close() {
      redis.disconnect();
      return Promise.resolve();
    },
  };
}
