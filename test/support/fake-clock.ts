// A clock that moves only when told to, so that loops, pauses and deadlines are tested without waiting.

import type { Clock } from '../../src/kernel/clock.ts';

interface Sleeper {
  readonly atMicros: number;
  readonly order: number;
  readonly wake: () => void;
}

/** Lets everything that is ready run: promises, and what they start. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export class FakeClock implements Clock {
  #now: number;
  #order = 0;
  #sleepers: Sleeper[] = [];

  constructor(startMicros = 0) {
    this.#now = startMicros;
  }

  readonly nowMicros = (): number => this.#now;

  /** As by precise-clock.ts: a moment already past resolves, too. */
  readonly sleepUntil = (atMicros: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (atMicros <= this.#now || signal?.aborted === true) {
        resolve();
        return;
      }
      const wake = (): void => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper: Sleeper = { atMicros, order: (this.#order += 1), wake };
      this.#sleepers.push(sleeper);
      signal?.addEventListener('abort', wake, { once: true });
    });

  /** How many are asleep; 0 at the end of a test = nothing was left behind. */
  get sleeping(): number {
    return this.#sleepers.length;
  }

  /** The clock jumps without anybody waking on time: a blocked event loop. */
  async jump(byMicros: number): Promise<void> {
    this.#now += byMicros;
    for (const sleeper of this.#due(this.#now)) sleeper.wake();
    await settle();
  }

  /** Moves on, waking every sleeper at its own moment. */
  async advance(byMicros: number): Promise<void> {
    await settle();
    const until = this.#now + byMicros;
    for (let next = this.#due(until)[0]; next !== undefined; next = this.#due(until)[0]) {
      this.#now = Math.max(this.#now, next.atMicros);
      next.wake();
      await settle();
    }
    this.#now = until;
    await settle();
  }

  #due(untilMicros: number): Sleeper[] {
    return this.#sleepers
      .filter(({ atMicros }) => atMicros <= untilMicros)
      .sort((a, b) => a.atMicros - b.atMicros || a.order - b.order);
  }
}
