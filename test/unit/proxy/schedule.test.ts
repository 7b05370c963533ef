import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { systemScheduler } from '../../../src/proxy/schedule.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const inMs = (delayMs: number): { fired: () => number; cancel: () => void } => {
  let fired = 0;
  const cancel = systemScheduler.at(systemScheduler.nowMicros() + delayMs * 1000, () => (fired += 1));
  return { fired: () => fired, cancel };
};

it('calls back once, at its time', () => {
  const timer = inMs(250);
  vi.advanceTimersByTime(249);
  expect(timer.fired()).toBe(0);
  vi.advanceTimersByTime(1000);
  expect(timer.fired()).toBe(1);
});

it('waits for times that setTimeout would take for now', () => {
  const timer = inMs(5_000_000_000);
  vi.advanceTimersByTime(4_999_999_999);
  expect(timer.fired()).toBe(0);
  vi.advanceTimersByTime(2);
  expect(timer.fired()).toBe(1);
});

it('can be cancelled, also after a first piece of a long wait', () => {
  const timer = inMs(5_000_000_000);
  vi.advanceTimersByTime(3_000_000_000);
  timer.cancel();
  vi.advanceTimersByTime(9_000_000_000);
  expect(timer.fired()).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});
