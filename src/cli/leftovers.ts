// Every command names what a crashed one has left behind.

import { findLeftovers } from '../faults/leftovers.ts';
import type { Output } from './output.ts';

export async function sayLeftovers(output: Output): Promise<void> {
  const leftovers = await findLeftovers();
  for (const journal of leftovers) {
    for (const entry of journal.outstanding) {
      process.stderr.write(
        `mettle: left behind by "${journal.command}" (${journal.createdAt}): ${entry.describe}\n`,
      );
    }
  }
  if (leftovers.length > 0) output.progress('clear it with: mettle chaos rollback');
}
