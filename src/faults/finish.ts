// Finishing a journal whose Mettle is gone: what the watchdog does at once, and `mettle chaos rollback` later.

import { lstat, rm } from 'node:fs/promises';
import { messageOf } from '../kernel/errors.ts';
import { readJournal } from './journal-file.ts';
import { continueJournalFile } from './journal-writer.ts';
import { undoEntries, withSweep } from './undo/attempt.ts';
import type { UndoFailure, UndoPolicy, UndoReport } from './undo/attempt.ts';
import { undoKinds } from './undo/registry.ts';
import type { UndoKind } from './undo/undo-kind.ts';

/**
 * Undoes everything outstanding in a journal whose owner is gone, marks it, removes it when all is verified gone.
 * Never throws: what cannot be read or written is a failure with a note.
 */
export async function finishJournal(
  path: string,
  policy: UndoPolicy,
  kinds: readonly UndoKind[] = undoKinds,
): Promise<UndoReport> {
  let distrust: string | null = null;
  const content = await readJournal(path).catch((error: unknown) => {
    distrust = messageOf(error);
    return undefined;
  });
  if (content === undefined) return unreadableReport(path, distrust);
  const writer = await continueJournalFile(path).catch(() => undefined);
  const record = async (id: string, note: string | null): Promise<void> => {
    // A full disk must not keep anything from being undone; the file then stays and is undone again.
    await writer
      ?.append(note === null ? { event: 'undone', id } : { event: 'failed', id, note })
      .catch(() => undefined);
  };
  const chain = async (where: UndoKind['where']): Promise<UndoReport> =>
    await undoEntries(
      content.outstanding.filter(({ kind }) => whereOf(kinds, kind) === where),
      kinds,
      policy,
      ({ entry, note }) => record(entry.id, note),
    );
  // Three chains, each last in first out: a server that hangs does not hold up what is on this machine.
  const sweep = (local: UndoReport): Promise<UndoReport> => withSweep(local, content.header.childToken);
  const reports = await Promise.all([chain('server'), chain('docker'), chain('local').then(sweep)]);
  await writer?.close().catch(() => undefined);
  const failed = reports.flatMap((report) => report.failed);
  if (content.damagedLines > 0) failed.push(damage(path, content.damagedLines));
  if (failed.length === 0) await rm(path, { force: true });
  return { undone: reports.flatMap((report) => report.undone), failed };
}

const whereOf = (kinds: readonly UndoKind[], kind: string): UndoKind['where'] =>
  kinds.find((known) => known.kind === kind)?.where ?? 'local';

export const damage = (path: string, lines: number): UndoFailure => ({
  describe: `journal ${path}`,
  note: `${lines} of its lines cannot be read; look at it, finish by hand, and delete it`,
});

/** A journal that is gone was finished by someone else, which is what was wanted. */
async function unreadableReport(path: string, why: string | null): Promise<UndoReport> {
  const left = await lstat(path).then(
    () => true,
    () => false,
  );
  const cannot = why === null ? 'it cannot be read' : `it cannot be read (${why})`;
  const note = `${cannot}; look at it, finish by hand, and delete it`;
  return { undone: [], failed: left ? [{ describe: `journal ${path}`, note }] : [] };
}
