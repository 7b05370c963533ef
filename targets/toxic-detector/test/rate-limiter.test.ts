// So many requests per window and caller, counted where the count outlives the service.
import { describe, expect, it } from 'vitest';
import { rateLimiter } from '../src/limits/rate-limiter.ts';
import { memoryStore } from '../src/store/memory-store.ts';

describe('the rate limiter', () => {
  it('refuses what goes beyond the window’s number and starts again in the next', async () => {
    let nowMs = 10_000;
    const take = rateLimiter(
      memoryStore(() => nowMs),
      { requests: 2, windowMs: 1_000 },
      () => nowMs,
    );
    expect((await take('a')).allowed).toBe(true);
    expect(await take('a')).toEqual({ allowed: true, remaining: 0, resetMs: 1_000 });
    nowMs = 10_999;
    expect(await take('a')).toEqual({ allowed: false, remaining: 0, resetMs: 1 });
    nowMs = 11_000;
    expect((await take('a')).allowed).toBe(true);
  });

  it('counts callers apart', async () => {
    const take = rateLimiter(memoryStore(), { requests: 1, windowMs: 60_000 }, () => 0);
    expect((await take('a')).allowed).toBe(true);
    expect((await take('b')).allowed).toBe(true);
    expect((await take('a')).allowed).toBe(false);
  });

  it('goes on counting after a restart when the store is still there', async () => {
    const store = memoryStore();
    const limit = { requests: 2, windowMs: 60_000 };
    await rateLimiter(store, limit, () => 0)('a');
    const restarted = rateLimiter(store, limit, () => 0);
    expect((await restarted('a')).allowed).toBe(true);
    expect((await restarted('a')).allowed).toBe(false);
  });
});
