// The clock of load threads: timers bring it near, and only the rest is spun, because timers know whole milliseconds only.

import type { Clock } from '../kernel/clock.ts';
import { systemClock } from '../kernel/clock.ts';

/** A moment further away than this is waited for with a timer, even though that may ring half a millisecond late. */
const nearMicros = 500;
/**
 * After a pause longer than this (fewer than 125 starts a second) everything that a timer leaves over is spun, up to
 * `restMicros`: a twentieth of a core at 100/s for starts that are on time (docs/decisions/0010).
 */
const longMicros = 8_000;
const restMicros = 1_500;
/**
 * Starts that follow each other more closely than this (5,000/s) leave no time for a timer in between. Between this and
 * `nearMicros` a timer has its turn after each spin, so that spinning takes a fraction of the core and not all of it.
 */
const denseMicros = 200;
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

/** Timers, and the event loop's next turn; a port, so that the rules above are tested without waiting. */
export interface PreciseClockPorts {
  readonly timers: Clock;
  readonly nextTurn: (callback: () => void) => void;
}

/** The nearest whole millisecond, which rings half a one early, or that much late; after long pauses one that is early. */
const timerMicros = (leftMicros: number): number =>
  leftMicros > longMicros
    ? leftMicros - restMicros
    : Math.max(1, Math.ceil((leftMicros - nearMicros) / 1_000)) * 1_000;

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
export function createPreciseClock(
  { timers, nextTurn }: PreciseClockPorts = { timers: systemClock, nextTurn: setImmediate },
): PreciseClock {
  const now = (): number => timers.nowMicros();
  let waiters: Waiter[] = [];
  let turning = false;
  let lastTurnMicros = 0;
  let spun = 0;
  /** No timer has rung since the last spin. */
  let justSpun = false;

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
    if (turning) nextTurn(turn);
  };

  const spinUntil = (atMicros: number, resolve: () => void): void => {
    waiters.push({ atMicros, resolve });
    if (turning) return;
    turning = true;
    lastTurnMicros = now();
    nextTurn(turn);
  };

  const sleepUntil = async (atMicros: number, signal?: AbortSignal): Promise<void> => {
    let leftMicros = atMicros - now();
    let spinMicros = justSpun ? denseMicros : nearMicros;
    while (leftMicros > spinMicros && signal?.aborted !== true) {
      spinMicros = leftMicros > longMicros ? restMicros : nearMicros;
      await timers.sleepUntil(now() + timerMicros(leftMicros), signal);
      justSpun = false;
      leftMicros = atMicros - now();
    }
    if (signal?.aborted === true) return;
    if (leftMicros > 0) justSpun = true;
    await new Promise<void>((resolve) => spinUntil(atMicros, resolve));
  };

  return { nowMicros: now, sleepUntil, spunMicros: () => spun };
}
