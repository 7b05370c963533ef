// What the service and its model threads say to each other.
import type { Verdict } from './classify.ts';

export type ThreadTask =
  { readonly kind: 'train' } | { readonly kind: 'serve'; readonly weights: SharedArrayBuffer };

export interface PoolRequest {
  readonly id: number;
  readonly texts: readonly string[];
}

/** `ready` once, after the warm-up; then one reply per request. */
export type PoolReply = 'ready' | { readonly id: number; readonly verdicts: Verdict[] };
