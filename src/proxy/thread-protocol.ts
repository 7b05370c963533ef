// What the main thread and the proxy's thread say to each other.

import type { MettleErrorInit } from '../kernel/errors.ts';

/** From the thread. */
export type ThreadReport =
  | { readonly kind: 'ready'; readonly apiUrl: string }
  | { readonly kind: 'failed'; readonly error: Omit<MettleErrorInit, 'cause'> };

/** To the thread. */
export interface ThreadOrder {
  readonly kind: 'close';
}
