// The history of runs: a folder to which every run adds one small file, so that copies of it merge without conflict.

import { randomBytes } from 'node:crypto';
import { link, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
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
 * Adds a run, once: what tells of it already stays as it is, what is torn gives way. Resolves to whether it was added.
 * Throws RECORD_UNWRITABLE (exit code 3).
 */
export async function appendHistory(folder: string, entry: HistoryEntry): Promise<boolean> {
  const path = join(folder, `${historyEntrySchema.shape.id.parse(entry.id)}.json`);
  const temporary = join(folder, `.${entry.id}.${randomBytes(4).toString('hex')}`);
  const text = `${JSON.stringify(entry, null, 2)}\n`;
  await writableFolder(folder);
  try {
    await writeWhole(temporary, text);
    if (await linkNew(temporary, path, text)) return true;
    if (await tellsOf(entry.id, path)) return false;
    await rename(temporary, path);
    return true;
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

/** A newer Mettle may know more of the run than this one can read. */
async function tellsOf(id: string, path: string): Promise<boolean> {
  const read = await readEntry(path).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return 'it is a link to nothing';
    throw error;
  });
  return typeof read === 'string' ? read.startsWith(newer) : read.id === id;
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

/** Never rejects: what cannot be read is passed over, and what has another name than its run: a copy of its entry. */
export async function readHistory(folder: string): Promise<History> {
  const skipped: string[] = [];
  const entries: HistoryEntry[] = [];
  for (const name of await namesIn(folder, skipped)) {
    const read = await readEntry(join(folder, name)).catch((error: unknown) => messageOf(error));
    const why = typeof read === 'string' ? read : misnamed(read, name);
    if (why !== null) skipped.push(`${join(folder, name)} is passed over: ${why}`);
    else if (typeof read !== 'string') entries.push(read);
  }
  return { entries: entries.sort(byTime), skipped };
}

const misnamed = ({ id }: HistoryEntry, name: string): string | null =>
  name === `${id}.json` ? null : `it tells of the run ${id}, whose file is ${id}.json`;

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

const newer = 'a newer Mettle wrote it';

/** The entry, or why it is none. */
async function readEntry(path: string): Promise<HistoryEntry | string> {
  const found = await stat(path);
  // Reading a pipe would wait for whoever writes to it.
  if (!found.isFile()) return 'it is no file';
  if (found.size > mostBytes) return 'it is too long to be an entry of the history';
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
    return `${newer} (format version ${version}, this one reads ${historyFormatVersion})`;
  const issue = read.error.issues[0];
  return `it is no entry of a history: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`;
}

const versionOf = (document: unknown): unknown =>
  typeof document === 'object' && document !== null && 'formatVersion' in document
    ? document.formatVersion
    : undefined;
