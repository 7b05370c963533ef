// What a load thread sends to the main thread: plain data, each piece an addition to what was sent before.

import type { SecondHealth } from './health.ts';
import type { PendingCounts } from './pending.ts';
import type { SliceCounts, histogramKinds } from './slice.ts';

/** What one series did in one slice since the last snapshot. */
export interface SliceDelta {
  readonly series: string;
  /** From the start of the load. */
  readonly startMicros: number;
  readonly counts: SliceCounts;
  /** Pairs as made by `encodeHistogram`. */
  readonly histograms: Partial<Record<(typeof histogramKinds)[number], Uint32Array>>;
}

export interface ErrorExample {
  readonly series: string;
  readonly class: string;
  /** Truncated and redacted by the engine. */
  readonly example: string;
  readonly atMicros: number;
}

/** Running totals of a thread, over iterations; `inFlight`, `waiting` and `users` are of this moment. */
export interface Progress {
  offered: number;
  started: number;
  finished: number;
  dropped: number;
  unsent: number;
  /** Iterations that have begun and not ended. */
  inFlight: number;
  /** Due, and waiting for a place under `maxInFlight`. */
  waiting: number;
  /** Virtual users of closed loads that are there. */
  users: number;
}

export interface Snapshot {
  readonly thread: number;
  /** From the start of the load. */
  readonly atMicros: number;
  readonly progress: Progress;
  readonly deltas: readonly SliceDelta[];
  readonly examples: readonly ErrorExample[];
  /** Set once a second. */
  readonly health: SecondHealth | null;
  /** What is in flight, where something asks for it; with deltas only, and then whole. */
  readonly pending?: readonly PendingCounts[];
}

export const noProgress = (): Progress => ({
  offered: 0,
  started: 0,
  finished: 0,
  dropped: 0,
  unsent: 0,
  inFlight: 0,
  waiting: 0,
  users: 0,
});
