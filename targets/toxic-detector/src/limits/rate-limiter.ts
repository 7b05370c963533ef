// Keeps one caller from taking everything: a number of requests per window and caller.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ServiceError } from '../errors.ts';
import type { Store } from '../store/store.ts';

export interface RateLimit {
  readonly requests: number;
  readonly windowMs: number;
}

export interface Allowance {
  readonly allowed: boolean;
  readonly remaining: number;
  readonly resetMs: number;
}

/**
 * Counts in `store`: with Redis the count survives a restart of the service and is shared by its replicas.
 * Windows are fixed and named by their number, so that every replica means the same one.
 */
export function rateLimiter(store: Store, limit: RateLimit, nowMs: () => number = Date.now) {
  return async (caller: string): Promise<Allowance> => {
    const now = nowMs();
    const window = Math.floor(now / limit.windowMs);
    const count = await store.increment(`limit:${caller}:${window}`, limit.windowMs);
    return {
      allowed: count <= limit.requests,
      remaining: Math.max(0, limit.requests - count),
      resetMs: (window + 1) * limit.windowMs - now,
    };
  };
}

const unlimited = new Set(['/health', '/ready', '/live', '/metrics']);

/** A caller is a key that we gave out, else an address: a made-up key must not buy a fresh allowance. */
const callerOf = (request: FastifyRequest, knownKeys: ReadonlySet<string>): string => {
  const key = request.headers['x-api-key'];
  return typeof key === 'string' && knownKeys.has(key) ? `key:${key}` : `address:${request.ip}`;
};

export function limitRequests(
  app: FastifyInstance,
  store: Store,
  limit: RateLimit,
  knownKeys: ReadonlySet<string>,
  onLimited: () => void,
): void {
  const take = rateLimiter(store, limit);
  app.addHook('onRequest', async (request, reply) => {
    if (unlimited.has(request.routeOptions.url ?? '')) return;
    const allowance = await take(callerOf(request, knownKeys));
    const resetSeconds = Math.ceil(allowance.resetMs / 1_000);
    reply.header('ratelimit-limit', limit.requests);
    reply.header('ratelimit-remaining', allowance.remaining);
    reply.header('ratelimit-reset', resetSeconds);
    if (allowance.allowed) return;
    onLimited();
    throw new ServiceError(429, 'rate_limited', 'too many requests, slow down', resetSeconds);
  });
}
