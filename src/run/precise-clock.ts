// The clock of load threads: a timer brings it near, and only the rest is spun, because timers ring up to a millisecond late.

import type { Clock } from '../kernel/clock.ts';
import { systemClock } from '../kernel/clock.ts';

/** A moment nearer than this is reached by spinning alone. */
const nearMicros = 500;
/** What a timer leaves over is spun when it is no more than this; another timer could only be late. */
const restMicros = 1_500;
/** Longer pauses can afford to be woken this early and spin longer: under a tenth of a core at 100/s. */
const longMicros = 8_000;
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

/** How long a timer is set for, so that it rarely rings too late. */
function timerMicros(leftMicros: number): number {
  if (leftMicros > longMicros) return leftMicros - restMicros;
  return Math.max(1, Math.floor((leftMicros - nearMicros) / 1_000)) * 1_000;
}

/** A plain loop: it runs hundreds of thousands of times a second while spinning, and must leave no garbage. */
function anyDue(waiters: readonly Waiter[], nowMicros: number): boolean {
  for (const waiter of waiters) {
    if (waiter.atMicros <= nowMicros) return true;
  }
  return false;
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
    if (anyDue(waiters, at)) {
      const due = waiters.filter(({ atMicros }) => atMicros <= at);
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
    let spinMicros = nearMicros;
    while (leftMicros > spinMicros && signal?.aborted !== true) {
      await systemClock.sleepUntil(now() + timerMicros(leftMicros), signal);
      leftMicros = atMicros - now();
      spinMicros = restMicros;
    }
    if (signal?.aborted === true) return;
    await new Promise<void>((resolve) => spinUntil(atMicros, resolve));
  };

  return { nowMicros: now, sleepUntil, spunMicros: () => spun };
}
