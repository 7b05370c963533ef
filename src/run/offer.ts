// Until when one load entry offers work in one thread: to its planned end, to a stop, or until its iterations are used up.

import type { Clock } from '../kernel/clock.ts';

/** Owned by one entry; users take their iterations from it. */
export class Offer {
  readonly #clock: Clock;
  /** Who waits for its turn. Each has a signal of its own: thousands of listeners on one make each wait a walk over all. */
  readonly #waiting = new Set<AbortController>();
  /** Iterations left for all users of this thread together. */
  #left: number;
  #endedAtMicros = Infinity;

  /** `iterations`: this thread's part of a number in total; Infinity = no limit. `stop` aborted = offer nothing more. */
  constructor(clock: Clock, stop: AbortSignal, iterations = Infinity) {
    this.#clock = clock;
    this.#left = iterations;
    if (stop.aborted || iterations <= 0) this.#end();
    else stop.addEventListener('abort', () => this.#end(), { once: true });
  }

  get isOver(): boolean {
    return this.#endedAtMicros < Infinity;
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

  /** Resolves at or after `atMicros`, or at once when the offer is over or ends. */
  async sleepUntil(atMicros: number): Promise<void> {
    if (this.isOver) return;
    const wake = new AbortController();
    this.#waiting.add(wake);
    await this.#clock.sleepUntil(atMicros, wake.signal);
    this.#waiting.delete(wake);
  }

  #end(): void {
    if (this.isOver) return;
    this.#endedAtMicros = this.#clock.nowMicros();
    for (const wake of this.#waiting) wake.abort();
  }
}
