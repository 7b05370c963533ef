// Cached answers: loaded once, kept for a while, never a failure; and served although Redis is away.
import { describe, expect, it } from 'vitest';
import { answerCache, noCache } from '../src/cache/answer-cache.ts';
import { fallbackStore } from '../src/store/fallback-store.ts';
import { memoryStore } from '../src/store/memory-store.ts';
import type { Store } from '../src/store/store.ts';

function counter() {
  let loads = 0;
  return { load: () => Promise.resolve({ loads: ++loads }), loads: () => loads };
}

const brokenStore: Store = {
  get: () => Promise.reject(new Error('down')),
  set: () => Promise.reject(new Error('down')),
  increment: () => Promise.reject(new Error('down')),
  close: () => Promise.resolve(),
};

describe('the answer cache', () => {
  it('loads once and serves the same text until the time is over', async () => {
    let nowMs = 0;
    const { load, loads } = counter();
    const cache = answerCache(
      memoryStore(() => nowMs),
      5_000,
    );
    expect(await cache('k', load)).toEqual({ body: '{"loads":1}', from: 'miss' });
    nowMs = 4_999;
    expect(await cache('k', load)).toEqual({ body: '{"loads":1}', from: 'hit' });
    nowMs = 5_000;
    expect(await cache('k', load)).toEqual({ body: '{"loads":2}', from: 'miss' });
    expect(loads()).toBe(2);
  });

  it('keeps different questions apart', async () => {
    const { load } = counter();
    const cache = answerCache(memoryStore(), 5_000);
    const first = await cache('stats:1:7', load);
    const second = await cache('stats:1:30', load);
    expect(first.body).not.toBe(second.body);
  });

  it('lets requests that come together wait for one load', async () => {
    const { load, loads } = counter();
    const cache = answerCache(memoryStore(), 5_000);
    const answers = await Promise.all([cache('k', load), cache('k', load), cache('k', load)]);
    expect(loads()).toBe(1);
    expect(answers.map((answer) => answer.from).sort()).toEqual(['joined', 'joined', 'miss']);
  });

  it('does not keep a failure', async () => {
    const cache = answerCache(memoryStore(), 5_000);
    await expect(cache('k', () => Promise.reject(new Error('no database')))).rejects.toThrow('no database');
    expect((await cache('k', counter().load)).from).toBe('miss');
  });

  it('hits in memory when Redis is down', async () => {
    const { load, loads } = counter();
    const cache = answerCache(fallbackStore(brokenStore, memoryStore()), 5_000);
    await cache('k', load);
    expect((await cache('k', load)).from).toBe('hit');
    expect(loads()).toBe(1);
  });

  it('switched off, loads every time', async () => {
    const { load, loads } = counter();
    await noCache('k', load);
    expect((await noCache('k', load)).from).toBe('off');
    expect(loads()).toBe(2);
  });
});
