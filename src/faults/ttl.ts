// Every fault has a time to live: who injects may hang, and then nobody but the watchdog is left to end it.

import type { Outstanding } from './journal-file.ts';

/** How much longer than planned a fault may last. */
const marginMs = 5_000;
/** Until it is known to be in effect, besides how long acting may take by itself (`actsWithinMs`). */
const beginMs = 60_000;
/** For its owner to put back what only its owner can: a process that starts again and becomes ready. */
const clearMs = 120_000;
/** What could not be undone is tried again after a pause. */
const firstPauseMs = 1_000;
const longestPauseMs = 10_000;
/** For what has no planned end. */
const longestMs = 86_400_000;

/** Counted from when it is in effect; whole milliseconds. */
export const ttlMsOf = (forMicros: number): number =>
  Math.ceil(Math.min(forMicros / 1_000, longestMs)) + marginMs;

type Stage = 'begun' | 'applied' | 'clearing';

interface Watched {
  readonly stage: Stage;
  readonly sinceMicros: number;
}

interface Retry {
  readonly atMicros: number;
  readonly pauseMs: number;
}

/**
 * Which entries of a journal have outlived their time. Time is counted here, on the monotonic clock of whoever looks, from
 * when an entry is first seen: neither a wall clock that jumps nor the clock of the one who hangs matters.
 */
export class Expiry {
  readonly #watched = new Map<string, Watched>();
  readonly #retries = new Map<string, Retry>();

  /** Newest last. Entries without a TTL never expire. */
  due(outstanding: readonly Outstanding[], nowMicros: number): Outstanding[] {
    this.#forgetAllBut(outstanding);
    return outstanding.filter((entry) => {
      if (entry.ttlMs === undefined) return false;
      const { stage, sinceMicros } = this.#watch(entry, nowMicros);
      const untilMicros = sinceMicros + allowedMs(stage, entry.ttlMs, entry.data) * 1_000;
      return nowMicros >= Math.max(untilMicros, this.#retries.get(entry.id)?.atMicros ?? 0);
    });
  }

  /** It was tried at `nowMicros` and is still there. */
  failed(id: string, nowMicros: number): void {
    const before = this.#retries.get(id)?.pauseMs;
    const pauseMs = before === undefined ? firstPauseMs : Math.min(before * 2, longestPauseMs);
    this.#retries.set(id, { atMicros: nowMicros + pauseMs * 1_000, pauseMs });
  }

  #watch(entry: Outstanding, nowMicros: number): Watched {
    const stage = stageOf(entry);
    const known = this.#watched.get(entry.id);
    if (known?.stage === stage) return known;
    const watched = { stage, sinceMicros: nowMicros };
    this.#watched.set(entry.id, watched);
    return watched;
  }

  #forgetAllBut(outstanding: readonly Outstanding[]): void {
    const ids = new Set(outstanding.map(({ id }) => id));
    for (const id of [...this.#watched.keys()].filter((known) => !ids.has(known))) {
      this.#watched.delete(id);
      this.#retries.delete(id);
    }
  }
}

/** `actsWithinMs` of an entry's data: the grace of a stop, the time that a command may take. */
function allowedMs(stage: Stage, ttlMs: number, { actsWithinMs }: Outstanding['data']): number {
  if (stage === 'clearing') return clearMs;
  if (stage === 'applied') return ttlMs;
  return ttlMs + beginMs + (typeof actsWithinMs === 'number' ? actsWithinMs : 0);
}

function stageOf(entry: Outstanding): Stage {
  if (entry.clearing === true) return 'clearing';
  return entry.snapshot === null ? 'begun' : 'applied';
}
