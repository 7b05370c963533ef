// The clock of load threads: a timer brings it near, and only the last half millisecond is spun, because timers are late.

import type { Clock } from '../kernel/clock.ts';
import { systemClock } from '../kernel/clock.ts';

/** Spinning begins when the moment is nearer than this. */
const spinMicros = 500;
/** A turn of the event loop that took longer than this did real work, and counts as spinning only up to here. */
const emptyTurnMicros = 20;

interface Waiter {
  readonly atMicros: number;
  readonly resolve: () => void;
}

export interface PreciseClock extends Clock {
  /** Total time spent spinning on purpose; to be taken off what counts as busy. */
  spunMicros(): number;
}

/**
 * A time already past resolves after other work had its turn (`setImmediate`), so a loop that is behind cannot starve
 * the answers it waits for.
 */
export function createPreciseClock(): PreciseClock {
  const now = (): number => systemClock.nowMicros();
  let waiters: Waiter[] = [];
  let turning = false;
  let lastTurnMicros = 0;
  let spun = 0;

  const turn = (): void => {
    const at = now();
    spun += Math.min(emptyTurnMicros, at - lastTurnMicros);
    lastTurnMicros = at;
    const due = waiters.filter(({ atMicros }) => atMicros <= at);
    if (due.length > 0) {
      waiters = waiters.filter(({ atMicros }) => atMicros > at);
      for (const { resolve } of due) resolve();
    }
    turning = waiters.length > 0;
    if (turning) setImmediate(turn);
  };

  const spinUntil = (atMicros: number, resolve: () => void): void => {
    waiters.push({ atMicros, resolve });
    if (turning) return;
    turning = true;
    lastTurnMicros = now();
    setImmediate(turn);
  };

  const sleepUntil = async (atMicros: number, signal?: AbortSignal): Promise<void> => {
    let leftMicros = atMicros - now();
    while (leftMicros > spinMicros && signal?.aborted !== true) {
      // The timer is asked to ring early: it rings up to a millisecond late.
      await systemClock.sleepUntil(now() + Math.max(1_000, leftMicros - spinMicros), signal);
      leftMicros = atMicros - now();
    }
    if (signal?.aborted === true) return;
    await new Promise<void>((resolve) => spinUntil(atMicros, resolve));
  };

  return { nowMicros: now, sleepUntil, spunMicros: () => spun };
}
