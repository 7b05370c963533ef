// What has begun and not ended in one thread, under a limit: who waits for a free place, and who waits for the last to end.

/** Counts running iterations. An iteration that throws is a bug, not a failed request: the first one is kept and rethrown. */
export class InFlight {
  readonly #limit: number;
  #count = 0;
  #thrown: { readonly error: unknown } | undefined;
  #waiting: (() => void)[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  get count(): number {
    return this.#count;
  }

  get full(): boolean {
    return this.#count >= this.#limit;
  }

  begin(iteration: Promise<void>): void {
    this.#count += 1;
    iteration.then(this.#ended, (error: unknown) => {
      this.#thrown ??= { error };
      this.#ended();
    });
  }

  /** Resolves at the next end of an iteration, or when `signal` aborts. */
  nextEnd(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      const done = (): void => {
        signal.removeEventListener('abort', done);
        resolve();
      };
      signal.addEventListener('abort', done, { once: true });
      this.#waiting.push(done);
    });
  }

  /** Resolves when nothing is in flight, or when `signal` aborts. Rejects with what an iteration threw. */
  async idle(signal: AbortSignal): Promise<void> {
    while (this.#count > 0 && this.#thrown === undefined && !signal.aborted) await this.nextEnd(signal);
    this.rethrow();
  }

  rethrow(): void {
    if (this.#thrown !== undefined) throw this.#thrown.error;
  }

  readonly #ended = (): void => {
    this.#count -= 1;
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  };
}
