// The history of runs: a folder to which every run adds one small file, so that copies of it merge without conflict.

import { randomBytes } from 'node:crypto';
import { link, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, messageOf } from '../kernel/errors.ts';
import { unwritable, writableFolder } from './atomic.ts';
import { historyEntrySchema, historyFormatVersion, type HistoryEntry } from './history-schema.ts';

interface History {
  /** By time, the oldest first. */
  readonly entries: HistoryEntry[];
  /** What was passed over, and why; one sentence each. */
  readonly skipped: string[];
}

/** No entry is as long; what is cannot be one. */
const mostBytes = 4 * 1_048_576;

/**
 * Adds a run, once: what is there already stays as it is. Resolves to whether it was added. Throws RECORD_UNWRITABLE
 * (exit code 3).
 */
export async function appendHistory(folder: string, entry: HistoryEntry): Promise<boolean> {
  const path = join(folder, `${historyEntrySchema.shape.id.parse(entry.id)}.json`);
  const temporary = join(folder, `.${entry.id}.${randomBytes(4).toString('hex')}`);
  const text = `${JSON.stringify(entry, null, 2)}\n`;
  await writableFolder(folder);
  try {
    await writeWhole(temporary, text);
    return await linkNew(temporary, path, text);
  } catch (error) {
    throw unwritable(path, error);
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

/** False: there is a file of that name already. */
async function linkNew(temporary: string, path: string, text: string): Promise<boolean> {
  try {
    await link(temporary, path).catch(async (error: unknown) => {
      if (errnoOf(error) === 'EEXIST') throw error;
      // A file system without links: not whole at once, and one that is torn is passed over.
      await writeFile(path, text, { flag: 'wx' });
    });
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
}

async function writeWhole(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Never rejects: what cannot be read is passed over. A run that is there twice counts once. */
export async function readHistory(folder: string): Promise<History> {
  const skipped: string[] = [];
  const byId = new Map<string, HistoryEntry>();
  for (const name of await namesIn(folder, skipped)) {
    const read = await readEntry(join(folder, name)).catch((error: unknown) => messageOf(error));
    if (typeof read === 'string') {
      skipped.push(`${join(folder, name)} is passed over: ${read}`);
      continue;
    }
    const there = byId.get(read.id);
    if (there === undefined) byId.set(read.id, read);
    else if (JSON.stringify(there) !== JSON.stringify(read))
      skipped.push(
        `${join(folder, name)} is passed over: another file tells of the run ${read.id} differently`,
      );
  }
  const entries = [...byId.values()].sort(byTime);
  return { entries, skipped };
}

const byTime = (a: HistoryEntry, b: HistoryEntry): number =>
  Date.parse(a.startedAt) - Date.parse(b.startedAt) || (a.id < b.id ? -1 : 1);

/** In the order of their names. Others than `.json` are no entries, and not meant to be: notes, what git needs. */
async function namesIn(folder: string, skipped: string[]): Promise<string[]> {
  try {
    const names = await readdir(folder);
    return names.filter((name) => name.endsWith('.json') && !name.startsWith('.')).sort();
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') skipped.push(`${folder} cannot be read: ${messageOf(error)}`);
    return [];
  }
}

/** The entry, or why it is none. */
async function readEntry(path: string): Promise<HistoryEntry | string> {
  const { size } = await stat(path);
  if (size > mostBytes) return 'it is too long to be an entry of the history';
  let document: unknown;
  try {
    document = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return 'it is not JSON';
    throw error;
  }
  const read = historyEntrySchema.safeParse(document);
  if (read.success) return read.data;
  const version = versionOf(document);
  if (typeof version === 'number' && version > historyFormatVersion)
    return `a newer Mettle wrote it (format version ${version}, this one reads ${historyFormatVersion})`;
  const issue = read.error.issues[0];
  return `it is no entry of a history: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`;
}

const versionOf = (document: unknown): unknown =>
  typeof document === 'object' && document !== null && 'formatVersion' in document
    ? document.formatVersion
    : undefined;
