// Mechanism CACHE: answers are kept for a while under their key, so that only the first of many pays for its queries.
import type { Store } from '../store/store.ts';

interface Answer {
  /** The answer as JSON text: a hit is sent as it was stored. */
  readonly body: string;
  readonly from: 'hit' | 'miss' | 'joined' | 'off';
}

/** Gives the answer for `key`, from `load` only when it has to. Two answers with one key must be the same answer. */
export type AnswerCache = (key: string, load: () => Promise<unknown>) => Promise<Answer>;

/**
 * Keeps answers in `store` for `ttlMs`. Requests that miss while the same answer is being loaded wait for that one
 * (`joined`) instead of loading it again. Failures are not kept.
 */
export function answerCache(store: Store, ttlMs: number): AnswerCache {
  const loading = new Map<string, Promise<string>>();

  const loadAndKeep = async (key: string, load: () => Promise<unknown>): Promise<string> => {
    const body = JSON.stringify(await load());
    await store.set(key, body, ttlMs);
    return body;
  };

  return async (name, load) => {
    const key = `answer:${name}`;
    const kept = await store.get(key);
    if (kept !== undefined) return { body: kept, from: 'hit' };
    const underway = loading.get(key);
    if (underway) return { body: await underway, from: 'joined' };
    const started = loadAndKeep(key, load).finally(() => loading.delete(key));
    loading.set(key, started);
    return { body: await started, from: 'miss' };
  };
}

/** CACHE=off: every request loads its answer. */
export const noCache: AnswerCache = async (_key, load) => ({
  body: JSON.stringify(await load()),
  from: 'off',
});
