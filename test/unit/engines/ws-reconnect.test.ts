// Back-off: how the waits grow, how far they spread, and when it is given up.

import { describe, expect, it } from 'vitest';
import { backOffMicros, randomOfUser, reconnect } from '../../../src/engines/ws-reconnect.ts';
import { createRandom } from '../../../src/kernel/random.ts';

const policy = { minMicros: 100_000, maxMicros: 1_000_000, factor: 2, jitter: 0 };
const failure = (detail: string) => ({ error: 'connect', code: 'ECONNREFUSED', detail }) as const;

describe('the wait before an attempt', () => {
  it('grows by the factor up to the longest', () => {
    const waits = [0, 1, 2, 3, 4, 50].map((attempt) => backOffMicros(policy, attempt, () => 0.5));
    expect(waits).toEqual([100_000, 200_000, 400_000, 800_000, 1_000_000, 1_000_000]);
  });

  it('is spread by the jitter, up and down, and differs from attempt to attempt', () => {
    const spread = { ...policy, jitter: 0.2, factor: 1 };
    expect(backOffMicros(spread, 0, () => 0)).toBe(80_000);
    expect(backOffMicros(spread, 0, () => 0.999_999_999)).toBe(120_000);
    const random = createRandom(1);
    const waits = Array.from({ length: 1_000 }, () => backOffMicros(spread, 0, random));
    expect(Math.min(...waits)).toBeLessThan(82_000);
    expect(Math.max(...waits)).toBeGreaterThan(118_000);
  });

  it('is the same for the same user of the same seed', () => {
    const draws = (seed: number): number[] => {
      const own = randomOfUser({ get: () => createRandom(seed), set: () => undefined });
      return [own(), own(), own()];
    };
    expect(draws(1)).toEqual(draws(1));
    expect(draws(1)).not.toEqual(draws(2));
  });
});

describe('attempts', () => {
  const quick = { ...policy, minMicros: 1, maxMicros: 1, attempts: 3, resend: [] };
  const run = (results: (string | null)[], signal = new AbortController().signal) => {
    const left = [...results];
    const attempt = () => {
      const next = left.shift() ?? null;
      return Promise.resolve(next === null ? null : failure(next));
    };
    return { left, done: reconnect(quick, { random: () => 0.5, signal, attempt }) };
  };

  it('end with the first that succeeds', async () => {
    const { left, done } = run(['a', null, 'never']);
    expect(await done).toBeNull();
    expect(left).toEqual(['never']);
  });

  it('are limited, and the last failure is told', async () => {
    const { left, done } = run(['a', 'b', 'c', null]);
    expect(await done).toEqual(failure('not connected again after 3 attempts: c'));
    expect(left).toEqual([null]);
  });

  it('are not begun any more when nobody needs them', async () => {
    const { left, done } = run(['a'], AbortSignal.abort());
    expect(await done).toBeUndefined();
    expect(left).toEqual(['a']);
  });
});
