// The contract of an undo: everything comes from the journal, so that any process can do it, at any later time.

import type { Json } from '../../kernel/json.ts';

type Data = { readonly [key: string]: Json };

export interface UndoLimits {
  /** How long a process may take to end by itself before it is forced. */
  readonly graceMs: number;
  /** How long one call to a server may take. */
  readonly callTimeoutMs: number;
}

/**
 * Invariants: undoing twice is harmless; undoing what never came to be is harmless; nothing but what Mettle made is
 * touched. `data` was known before acting, `snapshot` is what acting produced, null when that was never written down.
 */
export interface UndoKind {
  readonly kind: string;
  /** `server`, `docker`: it talks to one that may hang; when time is short none of them may hold up another. */
  readonly where: 'local' | 'server' | 'docker';
  /** Throws when it could not be done; it is tried again. */
  undo(data: Data, snapshot: Data | null, limits: UndoLimits): Promise<void>;
  /** Looks, without acting: `gone`, or one sentence on what is left and how to finish by hand. */
  verify(data: Data, snapshot: Data | null, limits: UndoLimits): Promise<string>;
}

export const gone = 'gone';

/** A text of the journal; throws when it is not there, since guessing could hit something that is not ours. */
export function textOf(data: Data | null, key: string): string {
  const value = data?.[key];
  if (typeof value !== 'string' || value === '') throw new Error(`the journal entry has no ${key}`);
  return value;
}
