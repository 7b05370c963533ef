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
    expect(calls).toEqual([0, 1, 3, 4]);
    expect(listen).toHaveBeenCalledTimes(1);
  });

  it('calls in a moment when the signal has aborted already', async () => {
    const called = vi.fn();
    onAbort(AbortSignal.abort(), called);
    expect(called).not.toHaveBeenCalled();
    await Promise.resolve();
    expect(called).toHaveBeenCalledTimes(1);
  });
});
