// What the main thread and a load thread say to each other: plain data, two phases (ready, then start), deltas out.

import type { Snapshot } from '../measure/snapshot.ts';

export type ToWorker =
  /** On the machine's monotonic clock, the same moment for every thread. */
  | { readonly type: 'start'; readonly startAtMicros: number }
  /** A fault took or lost effect, from the start of the load. */
  | { readonly type: 'edge'; readonly atMicros: number; readonly kind: 'effect' | 'clear' }
  /** Offer nothing more, let what is in flight end briefly, and finish; the load ended `atMicros` from its start. */
  | { readonly type: 'stop'; readonly atMicros: number };

export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'snapshot'; readonly snapshot: Snapshot }
  /** Everything is told; this thread had nothing more to offer from this moment of the load. */
  | { readonly type: 'done'; readonly offeredMicros: number }
  | { readonly type: 'error'; readonly message: string };
