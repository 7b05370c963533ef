// What a run leaves to the history: the values that later runs are held against, and what makes it comparable to them.

import type { RunData } from '../record/data.ts';
import type { HistoryEntry } from '../record/history-schema.ts';

export interface EntryOptions {
  /** Metrics of the scenario's claims, which a record does not keep. */
  readonly claims?: readonly string[];
}

/** Pure. Promises, the primary metric and phases are those of the record. */
export function historyEntryOf(_data: RunData, _options: EntryOptions = {}): HistoryEntry {
  throw new Error('not yet');
}
