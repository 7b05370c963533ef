// The store without Redis: a bounded map in this process.
import type { Store } from './store.ts';

const defaultMaxEntries = 50_000;

interface Entry {
  value: string;
  readonly expiresAtMs: number;
}

/** Holds at most `maxEntries`; the oldest entry makes room. `nowMs` is any clock that does not run backwards. */
export function memoryStore(
  nowMs: () => number = () => performance.now(),
  maxEntries = defaultMaxEntries,
): Store {
  const entries = new Map<string, Entry>();

  const live = (key: string): Entry | undefined => {
    const entry = entries.get(key);
    if (entry && entry.expiresAtMs <= nowMs()) {
      entries.delete(key);
      return undefined;
    }
    return entry;
  };

  const put = (key: string, value: string, ttlMs: number): void => {
    entries.delete(key);
    if (entries.size >= maxEntries) {
      const oldest = entries.keys().next();
      if (!oldest.done) entries.delete(oldest.value);
    }
    entries.set(key, { value, expiresAtMs: nowMs() + ttlMs });
  };

  return {
    get: (key) => Promise.resolve(live(key)?.value),
    set(key, value, ttlMs) {
      put(key, value, ttlMs);
      return Promise.resolve();
    },
    increment(key, windowMs) {
      const entry = live(key);
      if (!entry) {
        put(key, '1', windowMs);
        return Promise.resolve(1);
      }
      const count = Number(entry.value) + 1;
      entry.value = String(count);
      return Promise.resolve(count);
    },
    close() {
      entries.clear();
      return Promise.resolve();
    },
  };
}
