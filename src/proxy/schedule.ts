// Time as toxics see it: callbacks at absolute moments, so that errors of single timers never add up and tests need not wait.

import { systemClock } from '../kernel/clock.ts';

export type Cancel = () => void;

export interface Scheduler {
  /** Monotonic microseconds, kernel/clock's origin. */
  nowMicros(): number;
  /** Calls back once at `atMicros` (real timers: within about a millisecond of it). */
  at(atMicros: number, callback: () => void): Cancel;
}

/** Longer delays make setTimeout fire at once, so they are waited for in pieces. */
const longestTimerMs = 2_147_483_647;
/** Half a timer tick: firing this early is nearer to what was asked than one more tick. */
const slackMicros = 500;

export const systemScheduler: Scheduler = {
  nowMicros: () => systemClock.nowMicros(),
  at: (atMicros, callback) => {
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      const remainingMs = Math.round((atMicros - systemClock.nowMicros()) / 1000);
      timer = setTimeout(fire, Math.min(Math.max(remainingMs, 1), longestTimerMs));
    };
    const fire = (): void => {
      if (atMicros - systemClock.nowMicros() > slackMicros) arm();
      else callback();
    };
    arm();
    return () => clearTimeout(timer);
  },
};
