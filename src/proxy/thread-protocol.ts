// What the main thread and the proxy's thread say to each other.

import type { MettleErrorInit } from '../kernel/errors.ts';

/** From the thread. */
export type ThreadReport =
  | { readonly kind: 'ready'; readonly apiUrl: string }
  | { readonly kind: 'seeded' }
  | { readonly kind: 'failed'; readonly error: Omit<MettleErrorInit, 'cause'> };

/** To the thread. */
export type ThreadOrder = { readonly kind: 'close' } | { readonly kind: 'seed'; readonly seed: number };
