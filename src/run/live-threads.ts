// How far the threads of a running load have told, and what hangs in them: what a live look may rest on, and what it must not miss.

import type { PendingCounts } from '../measure/pending.ts';
import { emptyCounts, type Slice } from '../measure/slice.ts';
import type { Snapshot } from '../measure/snapshot.ts';
import type { InFlightAt } from '../slo/late.ts';

const secondMicros = 1_000_000;
/** A thread that is done or dead says nothing more; the others say something four times a second. */
const goneMicros = 5 * secondMicros;
/** In flight are told in buckets of this. */
const bucketMicros = 100_000;

/** In flight, as if it had failed. */
export interface Hanging {
  readonly slice: Slice;
  /** For so long at least. */
  readonly forMicros: number;
}

interface Heard {
  lastMicros: number;
  /** Everything that ended before this is told. */
  toldMicros: number;
  pending: readonly PendingCounts[];
  pendingAtMicros: number;
}

/** All times from the start of the load. */
export class LiveThreads {
  readonly #threads = new Map<number, Heard>();
  #newestMicros = 0;

  hear({ thread, atMicros, deltas, health, pending }: Snapshot): void {
    let heard = this.#threads.get(thread);
    if (heard === undefined) {
      heard = { lastMicros: atMicros, toldMicros: 0, pending: [], pendingAtMicros: atMicros };
      this.#threads.set(thread, heard);
    }
    heard.lastMicros = atMicros;
    if (pending !== undefined) Object.assign(heard, { pending, pendingAtMicros: atMicros });
    this.#newestMicros = Math.max(this.#newestMicros, atMicros);
    if (health === null) return;
    // After a pause a thread tells several seconds' health at once, and what ended in them with the last.
    const { startMicros } = health;
    const last = deltas.length > 0 || startMicros + 2 * secondMicros > atMicros;
    if (last) heard.toldMicros = Math.max(heard.toldMicros, startMicros + secondMicros);
  }

  /** Up to here every thread has told all that ended. */
  toldMicros(): number {
    const heard = this.#live();
    return heard.length === 0 ? 0 : Math.min(...heard.map(({ toldMicros }) => toldMicros));
  }

  /** Of each thread, what it had in flight when it told last. */
  inFlight(): InFlightAt[] {
    return this.#live().map(({ pending, pendingAtMicros }) => ({ atMicros: pendingAtMicros, pending }));
  }

  /**
   * What is in flight: nobody knows yet how it ends. It is at the begin of its 100 ms, so that what hangs from before the
   * clear of a fault is not laid to what follows.
   */
  hanging(): Hanging[] {
    return this.#live().flatMap(({ pending, pendingAtMicros }) =>
      pending.flatMap(({ series, buckets }) =>
        buckets.map(({ untilMicros, count }): Hanging => {
          const counts = { ...emptyCounts(), offered: count, started: count, censored: count };
          const startMicros = untilMicros - bucketMicros;
          const slice = { series, startMicros, endMicros: untilMicros, counts, histograms: {} };
          return { slice, forMicros: pendingAtMicros - untilMicros };
        }),
      ),
    );
  }

  #live(): Heard[] {
    return [...this.#threads.values()].filter(
      ({ lastMicros }) => this.#newestMicros - lastMicros < goneMicros,
    );
  }
}
