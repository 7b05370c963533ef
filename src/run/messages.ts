// What the main thread and a load thread say to each other: plain data, two phases (ready, then start), deltas out.

import type { Snapshot } from '../measure/snapshot.ts';

export type ToWorker =
  /** On the machine's monotonic clock, the same moment for every thread. */
  | { readonly type: 'start'; readonly startAtMicros: number }
  /** A fault took or lost effect, from the start of the load. */
  | { readonly type: 'edge'; readonly atMicros: number; readonly kind: 'effect' | 'clear' }
  /** Offer nothing more, let what is in flight end briefly, and finish. */
  | { readonly type: 'stop' };

export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly type: 'done' }
  | { readonly type: 'error'; readonly message: string };
