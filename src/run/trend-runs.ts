// The runs that a trend is made of: from history folders and from records, whatever of them can be read.

import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { messageOf, MettleError } from '../kernel/errors.ts';
import type { HistoryEntry } from '../record/history-schema.ts';
import { readRecord } from '../record/store.ts';
import { unreadable } from '../record/unreadable.ts';
import { historyEntryOf } from './history-entry.ts';
import { knownHistory } from './known-history.ts';

export interface FoundRuns {
  readonly entries: readonly HistoryEntry[];
  /** What was passed over, one sentence each. */
  readonly skipped: readonly string[];
}

const historyName = 'history';

const isRecord = (folder: string): boolean => existsSync(join(folder, 'run.json'));

const notThere = (path: string): MettleError =>
  new MettleError({
    code: 'NO_RECORDS',
    message: `${path}: no such folder`,
    hint: 'Name a history folder, e.g. reports/history, or a folder of run records.',
  });

/** The entry of a record, with what is asked about; one that was judged again is a copy of another. */
async function entryOf(folder: string, metrics: readonly string[]): Promise<FoundRuns> {
  try {
    const data = await readRecord(folder);
    if (data.run.judgedFrom !== undefined) return { entries: [], skipped: [] };
    return { entries: [historyEntryOf(data, { claims: metrics })], skipped: [] };
  } catch (error) {
    return { entries: [], skipped: [`${folder} is passed over: ${messageOf(error)}`] };
  }
}

const joined = (parts: readonly FoundRuns[]): FoundRuns => ({
  entries: parts.flatMap(({ entries }) => entries),
  skipped: parts.flatMap(({ skipped }) => skipped),
});

/** The records in a folder, one at a time: each holds its measurements only as long as it is read. */
async function recordsIn(folder: string, metrics: readonly string[]): Promise<FoundRuns> {
  const found: FoundRuns[] = [];
  const names = await readdir(folder).catch((error: unknown) => {
    throw unreadable('RECORD_NOT_FOUND', folder, error);
  });
  for (const name of names.sort()) {
    if (isRecord(join(folder, name))) found.push(await entryOf(join(folder, name), metrics));
  }
  return joined(found);
}

/** One record, a history, or a folder such as `reports` with records and their history in it. */
async function runsAt(path: string, metrics: readonly string[]): Promise<FoundRuns> {
  const named = resolve(path);
  const folder = basename(named) === 'run.json' ? dirname(named) : named;
  const status = await stat(folder).catch(() => null);
  if (status === null || !status.isDirectory()) throw notThere(path);
  if (isRecord(folder)) return await entryOf(folder, metrics);
  const within = join(folder, historyName);
  const histories = [folder, ...(existsSync(within) ? [within] : [])];
  return joined([...(await Promise.all(histories.map(knownHistory))), await recordsIn(folder, metrics)]);
}

/** What a record still shows is added to what the history kept of the run; one that either calls unfit is. */
const merged = (kept: HistoryEntry, other: HistoryEntry): HistoryEntry => ({
  ...kept,
  unfit: kept.unfit ?? other.unfit,
  values: [
    ...kept.values,
    ...other.values.filter(({ metric }) => kept.values.every((value) => value.metric !== metric)),
  ],
});

/** `metrics`: read from records besides what an entry has. A run found twice counts once. Throws NO_RECORDS and RECORD_NOT_FOUND (exit code 2). */
export async function findRuns(paths: readonly string[], metrics: readonly string[]): Promise<FoundRuns> {
  const found: FoundRuns[] = [];
  for (const path of paths) found.push(await runsAt(path, metrics));
  const { entries, skipped } = joined(found);
  const byId = new Map<string, HistoryEntry>();
  for (const entry of entries) {
    const kept = byId.get(entry.id);
    byId.set(entry.id, kept === undefined ? entry : merged(kept, entry));
  }
  return { entries: [...byId.values()], skipped };
}
