// Waiting for the end of a run: one listener per signal, however many wait.

import { describe, expect, it, vi } from 'vitest';
import { onAbort } from '../../../src/engines/abort.ts';

describe('onAbort', () => {
  it('calls everyone once, but not those who took it back', () => {
    const controller = new AbortController();
    const listen = vi.spyOn(controller.signal, 'addEventListener');
    const calls: number[] = [];
    const takeBack = Array.from({ length: 5 }, (_, n) => onAbort(controller.signal, () => calls.push(n)));
    takeBack[2]?.();
    controller.abort();
    controller.abort();
    expect(calls.sort()).toEqual([0, 1, 3, 4]);
    expect(listen).toHaveBeenCalledTimes(1);
  });

  it('keeps count of many that come and go, whoever leaves first and however often', () => {
    const controller = new AbortController();
    const calls = new Set<number>();
    const takeBack = Array.from({ length: 100 }, (_, n) => onAbort(controller.signal, () => calls.add(n)));
    const left = new Set([99, 0, 50, 1, 98, ...Array.from({ length: 20 }, (_, n) => n * 3)]);
    for (const n of [...left, ...left]) takeBack[n]?.();
    controller.abort();
    expect(calls.size).toBe(100 - left.size);
    expect([...calls].filter((n) => left.has(n))).toEqual([]);
    for (const forget of takeBack) forget();
  });

  it('calls in a moment when the signal has aborted already', async () => {
    const called = vi.fn();
    onAbort(AbortSignal.abort(), called);
    expect(called).not.toHaveBeenCalled();
    await Promise.resolve();
    expect(called).toHaveBeenCalledTimes(1);
  });
});
