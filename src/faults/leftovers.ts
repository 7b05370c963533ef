// What a Mettle that is gone has left behind: found by every command, undone by `mettle chaos rollback`.

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, messageOf } from '../kernel/errors.ts';
import { isAlive } from '../kernel/process-table.ts';
import { readJournal } from './journal-file.ts';
import type { JournalContent } from './journal-file.ts';
import { damage, finishJournal } from './finish.ts';
import { openStateFolder, stateFolderPath, unusable } from './state-folder.ts';
import { patient } from './undo/attempt.ts';
import type { UndoFailure, UndoReport } from './undo/attempt.ts';

export interface JournalState {
  readonly path: string;
  /** `active`: its Mettle runs. `being undone`: its watchdog works on it. `left behind`: `rollback` is needed. */
  readonly state: 'active' | 'being undone' | 'left behind';
  readonly command: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly pid: number | null;
  readonly outstanding: readonly {
    readonly kind: string;
    readonly describe: string;
    readonly note: string | null;
  }[];
}

/** Every journal on this machine that means anything. Changes nothing; a missing state folder holds none. */
export async function listJournals(folder: string = stateFolderPath()): Promise<JournalState[]> {
  const states: JournalState[] = [];
  for (const name of await journalNames(folder)) {
    const state = await stateOf(join(folder, name));
    if (state !== undefined) states.push(state);
  }
  return states.sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
}

/** Journals that no one takes care of any more and that hold something to undo. */
export async function findLeftovers(folder?: string): Promise<JournalState[]> {
  return (await listJournals(folder)).filter(({ state, outstanding }) => {
    return state === 'left behind' && outstanding.length > 0;
  });
}

/** Undoes what was left behind, and removes the journals that are verified empty. Leaves active ones alone. */
export async function rollback(folder?: string): Promise<UndoReport> {
  const undone: string[] = [];
  const failed: UndoFailure[] = [];
  const states = await listJournals(await openStateFolder(folder));
  // The newest first: last in, first out, across journals too.
  for (const { path, state } of states.reverse()) {
    if (state !== 'left behind') continue;
    const report = await finishJournal(path, patient);
    undone.push(...report.undone);
    failed.push(...report.failed);
  }
  return { undone, failed };
}

async function journalNames(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => /^journal-.+\.ndjson$/.test(name));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw unusable(folder, error);
  }
}

async function stateOf(path: string): Promise<JournalState | undefined> {
  let content: JournalContent | undefined;
  try {
    content = await readJournal(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined; // removed since it was listed
    return await unreadableState(path, messageOf(error));
  }
  if (content === undefined) return await unreadableState(path, 'it does not begin as a journal does');
  const { header, outstanding, watchdog, damagedLines } = content;
  const undoing = watchdog !== null && isAlive(watchdog);
  const state = isAlive(header) ? 'active' : undoing ? 'being undone' : 'left behind';
  const damaged = damagedLines > 0 ? [{ kind: 'journal', ...damage(path, damagedLines) }] : [];
  const { command, createdAt, pid } = header;
  const entries = outstanding.map(({ kind, describe, note }) => ({ kind, describe, note }));
  return { path, state, command, createdAt, pid, outstanding: [...entries, ...damaged] };
}

async function unreadableState(path: string, why: string): Promise<JournalState> {
  const createdAt = await stat(path).then(
    ({ mtime }) => mtime.toISOString(),
    () => '',
  );
  const outstanding = [{ kind: 'journal', describe: `journal ${path}`, note: why }];
  return { path, state: 'left behind', command: 'unknown', createdAt, pid: null, outstanding };
}
