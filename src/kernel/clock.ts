// Time as a port, so that loops, timelines and retries are tested without waiting.

export interface Clock {
  /** Monotonic microseconds, the same origin in every thread of this machine. */
  nowMicros(): number;
  /** Resolves at or after `atMicros`, or at once when `signal` aborts (it never rejects). */
  sleepUntil(atMicros: number, signal?: AbortSignal): Promise<void>;
}

/** hrtime is the machine's monotonic clock: one origin for all threads, unlike performance.now(). */
const originMicros = Number(process.hrtime.bigint() / 1000n) - performance.now() * 1000;

export const systemClock: Clock = {
  nowMicros: () => originMicros + performance.now() * 1000,
  sleepUntil: (atMicros, signal) =>
    new Promise((resolve) => {
      // Rounded up: a timer drops fractions of a millisecond and would ring early.
      const delayMs = Math.min(Math.ceil((atMicros - systemClock.nowMicros()) / 1000), 2_147_483_647);
      if (delayMs <= 0 || signal?.aborted === true) {
        resolve();
        return;
      }
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, delayMs);
      signal?.addEventListener('abort', done, { once: true });
    }),
};

/** Waits on the given clock. */
export const sleep = (clock: Clock, forMicros: number, signal?: AbortSignal): Promise<void> =>
  clock.sleepUntil(clock.nowMicros() + forMicros, signal);
