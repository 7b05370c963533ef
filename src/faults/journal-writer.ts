// Appending to a journal so that a line is on disk, whole, before anything happens because of it.

import { link, open, readFile, rm, truncate } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { JournalHeader, JournalLine } from './journal-file.ts';
import { lineText, redacted } from './journal-redaction.ts';

export interface JournalWriter {
  /** Resolves when the line is on disk. Lines are written in the order of the calls. */
  append(line: JournalLine): Promise<void>;
  close(): Promise<void>;
}

/** Makes a new journal; it appears under its name only with its header complete. Rejects with Node's error. */
export async function createJournalFile(path: string, header: JournalHeader): Promise<JournalWriter> {
  const temporary = `${path}.new`;
  const file = await open(temporary, 'ax', 0o600);
  try {
    await file.appendFile(`${redacted(header)}\n`);
    await file.datasync();
    await link(temporary, path); // unlike a rename it never replaces a journal
    await rm(temporary);
    await syncFolder(path);
  } catch (error) {
    await file.close();
    await rm(temporary, { force: true });
    throw error;
  }
  return writerTo(file);
}

/** Adds to a journal that its owner may be writing at this moment: whole lines only, nothing is repaired. */
export async function joinJournalFile(path: string): Promise<JournalWriter> {
  return writerTo(await open(path, 'a', 0o600));
}

/** Continues a journal whose owner is gone; a line that it died in the middle of is taken away. */
export async function continueJournalFile(path: string): Promise<JournalWriter> {
  const content = await readFile(path);
  const whole = content.lastIndexOf('\n') + 1;
  if (whole < content.length) await truncate(path, whole);
  return await joinJournalFile(path);
}

/** `file`: open for appending. */
export function writerTo(file: Pick<FileHandle, 'appendFile' | 'datasync' | 'close'>): JournalWriter {
  let previous: Promise<void> = Promise.resolve();
  /** A full disk may have taken half a line: what comes after it must not be read as its end, and lost with it. */
  let mayBeTorn = false;
  const write = async (line: JournalLine): Promise<void> => {
    const text = `${mayBeTorn ? '\n' : ''}${lineText(line)}\n`;
    mayBeTorn = true;
    await file.appendFile(text);
    mayBeTorn = false;
    await file.datasync();
  };
  return {
    append(line) {
      const written = previous.then(() => write(line));
      previous = written.catch(() => undefined); // its own caller hears of it; the next line is tried regardless
      return written;
    },
    async close() {
      await previous;
      await file.close();
    },
  };
}

/** A new name is on disk when its folder is. Not every platform can sync a folder. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
