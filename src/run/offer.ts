// Until when one load entry offers work in one thread: to its planned end, to a stop, or until its iterations are used up.

import { setMaxListeners } from 'node:events';
import { isAborted } from '../kernel/abort.ts';
import type { Clock } from '../kernel/clock.ts';

/** Owned by one entry; users take their iterations from it. */
export class Offer {
  readonly #clock: Clock;
  readonly #over = new AbortController();
  /** Iterations left for all users of this thread together. */
  #left: number;
  #endedAtMicros = Infinity;

  /** `iterations`: this thread's part of a number in total; Infinity = no limit. `stop` aborted = offer nothing more. */
  constructor(clock: Clock, stop: AbortSignal, iterations = Infinity) {
    this.#clock = clock;
    this.#left = iterations;
    // Every user of the entry listens to it; that is no leak.
    setMaxListeners(0, this.#over.signal);
    if (stop.aborted || iterations <= 0) this.#end();
    else stop.addEventListener('abort', () => this.#end(), { once: true });
  }

  /** Aborted = over. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  get isOver(): boolean {
    return isAborted(this.#over.signal);
  }

  /** On the machine's clock; Infinity while it lasts. What became due later was never offered. */
  get endedAtMicros(): number {
    return this.#endedAtMicros;
  }

  /** True: one more iteration may begin. Taking the last one ends the offer for everybody else. */
  take(): boolean {
    if (this.isOver) return false;
    this.#left -= 1;
    if (this.#left <= 0) this.#end();
    return true;
  }

  #end(): void {
    if (this.isOver) return;
    this.#endedAtMicros = this.#clock.nowMicros();
    this.#over.abort();
  }
}
