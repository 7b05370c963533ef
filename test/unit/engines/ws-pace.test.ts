// Reading slowly: every message at its turn, the socket resting in between, nothing lost when it ends.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Pace } from '../../../src/engines/ws-pace.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function world(rate: ConstructorParameters<typeof Pace>[0]['rate']) {
  const taken: (readonly [atMs: number, what: string])[] = [];
  const states: string[] = [];
  const startedAt = Date.now();
  const atMs = (): number => Date.now() - startedAt;
  const pace = new Pace({
    rate,
    nowMicros: () => Date.now() * 1000,
    socket: { pause: () => states.push('pause'), resume: () => states.push('resume') },
  });
  const push = (what: string, bytes = 1): void =>
    pace.push(Buffer.alloc(bytes), () => taken.push([atMs(), what]));
  return { pace, push, taken, states, end: () => pace.end(() => taken.push([atMs(), 'end'])) };
}

describe('a pace', () => {
  it('of messages takes one after the other, however many came at once', () => {
    const { push, taken, states } = world({ perSecond: 10, of: 'messages' });
    for (const what of ['a', 'b', 'c', 'd']) push(what);
    expect(taken).toEqual([[0, 'a']]);
    expect(states.at(-1)).toBe('pause');
    vi.advanceTimersByTime(1_000);
    // The first may be early by what is made up for after a late timer.
    expect(taken.map(([atMs]) => atMs)).toEqual([0, 50, 150, 250]);
    expect(states.at(-1)).toBe('resume');
  });

  it('of bytes rests as long as the message was large, also when nothing waits', () => {
    const { push, taken, states } = world({ perSecond: 1_000, of: 'bytes' });
    push('large', 2_050);
    expect(taken).toEqual([[0, 'large']]);
    vi.advanceTimersByTime(1_990);
    expect(states.at(-1)).toBe('pause');
    vi.advanceTimersByTime(20);
    expect(states.at(-1)).toBe('resume');
  });

  it('keeps the average when timers are late', () => {
    const { push, taken } = world({ perSecond: 100, of: 'messages' });
    for (let n = 0; n < 101; n += 1) push(`${n}`);
    vi.advanceTimersByTime(1_100);
    expect(taken).toHaveLength(101);
    expect(taken.at(-1)?.[0]).toBeGreaterThanOrEqual(940);
    expect(taken.at(-1)?.[0]).toBeLessThanOrEqual(1_010);
  });

  it('tells the end after the last message', () => {
    const { push, end, taken } = world({ perSecond: 10, of: 'messages' });
    push('a');
    push('b');
    end();
    expect(taken).toEqual([[0, 'a']]);
    vi.advanceTimersByTime(1_000);
    expect(taken.map(([, what]) => what)).toEqual(['a', 'b', 'end']);
  });

  it('gives everything at once to someone who leaves, and rests no more', () => {
    const { pace, push, taken, states } = world({ perSecond: 0.001, of: 'messages' });
    for (const what of ['a', 'b', 'c']) push(what);
    pace.flush();
    expect(taken.map(([, what]) => what)).toEqual(['a', 'b', 'c']);
    push('d');
    expect(taken).toHaveLength(4);
    expect(states.at(-1)).toBe('resume');
  });

  it('may be left while it gives a message', () => {
    const { pace, push, taken } = world({ perSecond: 10, of: 'messages' });
    push('first');
    pace.push(Buffer.alloc(1), () => {
      taken.push([0, 'leaving']);
      pace.flush();
    });
    push('last');
    vi.advanceTimersByTime(60);
    expect(taken.map(([, what]) => what)).toEqual(['first', 'leaving', 'last']);
  });
});
