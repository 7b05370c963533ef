// Stored runs one by one: those that a verification lists, and what cannot be read of them.

import { relative, resolve } from 'node:path';
import type { Comparison, ComparisonRun } from '../compare/schema.ts';
import { messageOf, MettleError } from '../kernel/errors.ts';
import type { RunRecord } from '../record/schema.ts';
import { readRun } from '../record/store.ts';

export interface StoredRun {
  readonly run: RunRecord;
  /** Absolute. */
  readonly folder: string;
  /** In a verification; null: not a member of a pair. */
  readonly member: Pick<ComparisonRun, 'pair' | 'role'> | null;
}

export type Say = (line: string) => void;

export interface Found {
  readonly runs: readonly StoredRun[];
  /** Runs that are damaged: of which side or scenario nobody knows. */
  readonly unread: number;
}

/** The runs that count, as the comparison lists them, each once; only what lies in its own folder. */
export async function membersOf(folder: string, comparison: Comparison, say: Say): Promise<Found> {
  const runs: StoredRun[] = [];
  let unread = 0;
  for (const { id, pair, role, folder: named } of eachOnce(comparison, say)) {
    const at = resolve(folder, named);
    if (relative(folder, at).startsWith('..')) {
      say(`${id} lies outside of ${folder}, and is passed over: name the folders of its runs`);
      continue;
    }
    const read = await readOrSay(at, { pair, role }, say);
    if (read === null || read === 'damaged') unread += 1;
    else if (read.run.id === id) runs.push(read);
    else say(`${at} is another run than ${id}, and passed over`);
  }
  return { runs, unread };
}

/** A run that is listed twice would count twice, and two of one place in a pair are none. */
function eachOnce({ id, runs }: Comparison, say: Say): ComparisonRun[] {
  const seen = new Set<string>();
  return runs.filter((run) => {
    const places = [run.id, `${run.pair} ${run.role}`];
    const isNew = places.every((place) => !seen.has(place));
    if (!isNew)
      say(`${run.id} is listed twice in ${id}, or its place in pair ${run.pair} is: it counts once`);
    for (const place of places) seen.add(place);
    return isNew;
  });
}

/** `damaged`: there was a run; null: a record of another version of Mettle, which could not be compared anyway. */
export async function readOrSay(
  folder: string,
  member: StoredRun['member'],
  say: Say,
): Promise<StoredRun | 'damaged' | null> {
  try {
    return { run: await readRun(folder), folder, member };
  } catch (error) {
    say(`${folder} is passed over: ${messageOf(error)}`);
    return error instanceof MettleError && error.code === 'RECORD_VERSION' ? null : 'damaged';
  }
}
