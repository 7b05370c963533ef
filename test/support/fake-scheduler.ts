// Time for the proxy's toxics that stands still until a test moves it.

import type { Scheduler } from '../../src/proxy/schedule.ts';

interface Timer {
  readonly atMicros: number;
  readonly callback: () => void;
}

export interface FakeScheduler extends Scheduler {
  /** Runs what becomes due, in order, each at its own time. */
  advance(byMs: number): void;
  pending(): number;
}

/** `lateMicros`: every timer fires that much after its time, as real ones do. */
export function fakeScheduler(startMicros = 1_000_000, lateMicros = 0): FakeScheduler {
  let nowMicros = startMicros;
  const timers = new Set<Timer>();
  const nextBefore = (limitMicros: number): Timer | undefined =>
    [...timers].filter((timer) => timer.atMicros <= limitMicros).sort((a, b) => a.atMicros - b.atMicros)[0];
  return {
    nowMicros: () => nowMicros,
    at: (atMicros, callback) => {
      const timer = { atMicros: atMicros + lateMicros, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance: (byMs) => {
      const untilMicros = nowMicros + byMs * 1000;
      for (let timer = nextBefore(untilMicros); timer !== undefined; timer = nextBefore(untilMicros)) {
        timers.delete(timer);
        nowMicros = Math.max(nowMicros, timer.atMicros);
        timer.callback();
      }
      nowMicros = untilMicros;
    },
    pending: () => timers.size,
  };
}
