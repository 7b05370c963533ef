// A load thread that blocks can neither end nor say so: one that has been silent for long is given up from outside.

import { isAborted } from '../kernel/abort.ts';
import { type Clock, sleep } from '../kernel/clock.ts';
import { formatDuration } from '../kernel/units.ts';

const lookEveryMicros = 1_000_000;

/** How long a thread may be silent. One that lives says something four times a second, also while it drains. */
export interface SilenceLimits {
  readonly loadMicros: number;
  /** From the moment it was asked to stop. */
  readonly stoppedMicros: number;
}

export const silenceLimits: SilenceLimits = { loadMicros: 30_000_000, stoppedMicros: 10_000_000 };

export class SilenceWatch {
  readonly #limits: SilenceLimits;
  readonly #giveUp: (thread: number, why: string) => void;
  readonly #silentMicros: Map<number, number>;
  readonly #over = new AbortController();
  #limitMicros: number;

  constructor(threads: number, limits: SilenceLimits, giveUp: (thread: number, why: string) => void) {
    this.#limits = limits;
    this.#limitMicros = limits.loadMicros;
    this.#giveUp = giveUp;
    this.#silentMicros = new Map(Array.from({ length: threads }, (_, thread) => [thread, 0]));
  }

  heard(thread: number): void {
    if (this.#silentMicros.has(thread)) this.#silentMicros.set(thread, 0);
  }

  /** It has ended, and need not say anything more. */
  gone(thread: number): void {
    this.#silentMicros.delete(thread);
    if (this.#silentMicros.size === 0) this.#over.abort();
  }

  stopping(): void {
    this.#limitMicros = this.#limits.stoppedMicros;
    for (const thread of this.#silentMicros.keys()) this.#silentMicros.set(thread, 0);
  }

  /**
   * From the start of the load until every thread is gone. Silence is counted in looks, each worth one second however late
   * it comes: after a pause of the whole process or machine nobody was silent.
   */
  async watch(clock: Clock, startAtMicros: number): Promise<void> {
    const { signal } = this.#over;
    await clock.sleepUntil(startAtMicros, signal);
    while (!isAborted(signal)) {
      await sleep(clock, lookEveryMicros, signal);
      if (!isAborted(signal)) this.#look();
    }
  }

  #look(): void {
    for (const [thread, before] of [...this.#silentMicros]) {
      const silentMicros = before + lookEveryMicros;
      this.#silentMicros.set(thread, silentMicros);
      if (silentMicros < this.#limitMicros) continue;
      this.gone(thread);
      this.#giveUp(thread, reasonOf(silentMicros));
    }
  }
}

const reasonOf = (silentMicros: number): string =>
  `it did not answer for ${formatDuration(silentMicros)} and was ended: something in it blocks, e.g. a hook or a regular expression`;
