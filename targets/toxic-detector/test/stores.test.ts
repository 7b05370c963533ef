// Values that expire, in memory and with a Redis that is away.
import { describe, expect, it } from 'vitest';
import { fallbackStore } from '../src/store/fallback-store.ts';
import { memoryStore } from '../src/store/memory-store.ts';
import type { Store } from '../src/store/store.ts';

/** A store that fails while `down` says so, and counts how often it was asked. */
function flaky(): Store & { down: boolean; calls: number } {
  const inner = memoryStore();
  const guarded = async <Result>(call: () => Promise<Result>): Promise<Result> => {
    store.calls += 1;
    if (store.down) throw new Error('connection refused');
    return call();
  };
  const store = {
    down: false,
    calls: 0,
    get: (key: string) => guarded(() => inner.get(key)),
    set: (key: string, value: string, ttlMs: number) => guarded(() => inner.set(key, value, ttlMs)),
    increment: (key: string, windowMs: number) => guarded(() => inner.increment(key, windowMs)),
    close: () => Promise.resolve(),
  };
  return store;
}

describe('the memory store', () => {
  it('forgets a value when its time is over', async () => {
    let nowMs = 0;
    const store = memoryStore(() => nowMs);
    await store.set('a', 'one', 100);
    nowMs = 99;
    expect(await store.get('a')).toBe('one');
    nowMs = 100;
    expect(await store.get('a')).toBeUndefined();
  });

  it('counts within a window and begins again after it', async () => {
    let nowMs = 0;
    const store = memoryStore(() => nowMs);
    expect([await store.increment('n', 50), await store.increment('n', 50)]).toEqual([1, 2]);
    nowMs = 50;
    expect(await store.increment('n', 50)).toBe(1);
  });

  it('keeps no more entries than it may, and drops the oldest first', async () => {
    const store = memoryStore(() => 0, 2);
    for (const key of ['a', 'b', 'c']) await store.set(key, key, 1_000);
    expect([await store.get('a'), await store.get('b'), await store.get('c')]).toEqual([undefined, 'b', 'c']);
  });
});

describe('the fallback store', () => {
  it('uses the first store while it answers', async () => {
    const first = flaky();
    const second = memoryStore();
    const store = fallbackStore(first, second);
    await store.set('a', 'one', 1_000);
    expect(await first.get('a')).toBe('one');
    expect(await second.get('a')).toBeUndefined();
  });

  it('goes on in the second store when the first is down, and says so', async () => {
    const first = flaky();
    first.down = true;
    let told = 0;
    const store = fallbackStore(first, memoryStore(), { onFallback: () => (told += 1) });
    await store.set('a', 'one', 1_000);
    expect(await store.get('a')).toBe('one');
    expect(await store.increment('n', 1_000)).toBe(1);
    expect(await store.increment('n', 1_000)).toBe(2);
    expect(told).toBe(4);
  });

  it('leaves a store that failed alone for a while, then comes back to it', async () => {
    let nowMs = 0;
    const first = flaky();
    const store = fallbackStore(first, memoryStore(), { restMs: 1_000, nowMs: () => nowMs });
    first.down = true;
    await store.get('a');
    await store.get('a');
    expect(first.calls).toBe(1);
    first.down = false;
    nowMs = 1_000;
    await store.set('a', 'one', 1_000);
    expect(await first.get('a')).toBe('one');
  });
});
