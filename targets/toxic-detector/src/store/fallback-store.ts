// Redis down must degrade, not fail: every call that the first store cannot answer is answered from the second.
import type { Store } from './store.ts';

const defaultRestMs = 1_000;

export interface FallbackOptions {
  /** After a failure the first store is left alone this long, so that its timeouts are not paid on every call. */
  readonly restMs?: number;
  readonly nowMs?: () => number;
  readonly onFallback?: () => void;
}

export function fallbackStore(first: Store, second: Store, options: FallbackOptions = {}): Store {
  const { restMs = defaultRestMs, nowMs = () => performance.now(), onFallback = () => undefined } = options;
  let restsUntilMs = -Infinity;

  const either = async <Result>(call: (store: Store) => Promise<Result>): Promise<Result> => {
    if (nowMs() >= restsUntilMs) {
      try {
        return await call(first);
      } catch {
        // Why is reported by the store itself; here it only matters that it could not answer.
        restsUntilMs = nowMs() + restMs;
      }
    }
    onFallback();
    return call(second);
  };

  return {
    get: (key) => either((store) => store.get(key)),
    set: (key, value, ttlMs) => either((store) => store.set(key, value, ttlMs)),
    increment: (key, windowMs) => either((store) => store.increment(key, windowMs)),
    async close() {
      await Promise.allSettled([first.close(), second.close()]);
    },
  };
}
