// Earlier runs that one may be held against: those of a folder of records and of a history, each once, newest first.

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { differenceBetween, traitsOf } from '../compare/comparable.ts';
import { canonicalJson } from '../kernel/json.ts';
import { errnoOf } from '../kernel/errors.ts';
import type { HistoryEntry } from '../record/history-schema.ts';
import type { RunRecord, Verdict } from '../record/schema.ts';
import { readRun } from '../record/store.ts';

/** What a run is compared with it by; of a run that is about to be judged all of this is known. */
export type Judged = Pick<
  RunRecord,
  'id' | 'startedAt' | 'variant' | 'target' | 'scenario' | 'load' | 'environment' | 'commit'
>;

export interface EarlierRun {
  readonly id: string;
  readonly startedAt: string;
  readonly status: Verdict['status'];
  readonly commit: NonNullable<RunRecord['commit']> | null;
  /** Where its record lies: a folder may have been renamed. Absent: it is gone, or lies elsewhere. */
  readonly folder?: string;
  readonly entry?: HistoryEntry;
}

/** Comparable runs of the same variant before this one, whole or not, newest first. */
export async function earlierRuns(
  judged: Judged,
  folder: string,
  history: readonly HistoryEntry[],
): Promise<EarlierRun[]> {
  const byId = new Map<string, EarlierRun>();
  for (const entry of comparableEntries(judged, history)) {
    const { id, startedAt, commit, verdict } = entry;
    byId.set(id, { id, startedAt, commit, status: verdict.status, entry });
  }
  for (const { run, folder: at } of await recordsIn(folder)) {
    if (run.variant !== judged.variant || !isBefore(run, judged) || differenceBetween(run, judged) !== null)
      continue;
    const { id, startedAt, verdict } = run;
    const commit = run.commit ?? byId.get(id)?.commit ?? null;
    // The record knows best how it ended.
    byId.set(id, { ...byId.get(id), id, startedAt, commit, status: verdict.status, folder: at });
  }
  return [...byId.values()].sort((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt));
}

/** Entries that tell of a run like this one, before it; oldest first, as they come. */
export const comparableEntries = (judged: Judged, history: readonly HistoryEntry[]): HistoryEntry[] => {
  const traits = canonicalJson(traitsOf(judged));
  return history.filter(
    (entry) =>
      entry.variant === judged.variant && isBefore(entry, judged) && canonicalJson(entry.traits) === traits,
  );
};

const isBefore = (run: Pick<RunRecord, 'id' | 'startedAt'>, judged: Judged): boolean =>
  run.id !== judged.id && Date.parse(run.startedAt) < Date.parse(judged.startedAt);

interface Kept {
  readonly run: RunRecord;
  readonly folder: string;
}

/** Runs judged again by other promises are copies, and do not count; what cannot be read is passed over. */
async function recordsIn(folder: string): Promise<Kept[]> {
  const kept: Kept[] = [];
  for (const name of await namesIn(folder)) {
    const at = join(folder, name);
    const run = await readRun(at).catch(() => undefined);
    if (run !== undefined && run.judgedFrom === undefined) kept.push({ run, folder: at });
  }
  return kept;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errnoOf(error) !== undefined) return [];
    throw error;
  }
}
