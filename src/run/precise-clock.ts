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
/**
 * A turn looks at the clock so many times (some 4 µs) before answers are asked for, with a rest of some 0.4 µs between
 * two looks: every turn and every look makes an object, and these would be most of the thread's garbage.
 */
const looksPerTurn = 4;
const restLoops = 1_200;

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
  // An array of numbers, because every other place for a changing number makes an object of each value.
  const state = new Float64Array(4);
  const [lastTurn, spun, earliest, rested] = [0, 1, 2, 3] as const;
  const ofState = (index: number): number => state[index] ?? 0;
  /** No timer has rung since the last spin. */
  let justSpun = false;

  const wake = (at: number): void => {
    const due = waiters.filter(({ atMicros }) => atMicros <= at);
    waiters = waiters.filter(({ atMicros }) => atMicros > at);
    state[earliest] = waiters.reduce((least, { atMicros }) => Math.min(least, atMicros), Infinity);
    for (const { resolve } of due) resolve();
  };

  const rest = (): void => {
    let idle = 1;
    for (let loop = 0; loop < restLoops; loop += 1) idle = Math.imul(idle, 3);
    // Its result goes somewhere, so that the loop is not optimised away.
    state[rested] = idle;
  };

  const turn = (): void => {
    const untilMicros = ofState(earliest);
    let at = now();
    // What came between two turns may have been work; what this turn does itself is spinning, however slow the machine is.
    state[spun] = ofState(spun) + Math.min(emptyTurnMicros, at - ofState(lastTurn));
    state[lastTurn] = at;
    for (let look = 1; look < looksPerTurn && at < untilMicros; look += 1) {
      rest();
      at = now();
    }
    state[spun] = ofState(spun) + at - ofState(lastTurn);
    state[lastTurn] = at;
    if (at >= untilMicros) wake(at);
    turning = waiters.length > 0;
    if (turning) nextTurn(turn);
  };

  const spinUntil = (atMicros: number, resolve: () => void): void => {
    state[earliest] = waiters.length === 0 ? atMicros : Math.min(ofState(earliest), atMicros);
    waiters.push({ atMicros, resolve });
    if (turning) return;
    turning = true;
    state[lastTurn] = now();
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

  return { nowMicros: now, sleepUntil, spunMicros: () => ofState(spun) };
}
