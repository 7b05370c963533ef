// Adds a run that is over, with everything undone or not, to the history.

import { messageOf } from '../kernel/errors.ts';
import type { RunData } from '../record/data.ts';
import { appendHistory } from '../record/history.ts';
import { historyEntryOf } from './history-entry.ts';

/** Never rejects: why it could not be added; null: it was. */
export async function keepInHistory(
  folder: string,
  data: RunData,
  claims: readonly { readonly metric: string }[],
): Promise<string | null> {
  try {
    const entry = historyEntryOf(data, { claims: claims.map(({ metric }) => metric) });
    const added = await appendHistory(folder, entry);
    return added ? null : `the history in ${folder} has another run ${entry.id} already`;
  } catch (error) {
    return `the history does not hear of this run: ${messageOf(error)}`;
  }
}
