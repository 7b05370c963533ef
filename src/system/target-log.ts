// Where children print: a file they write to themselves, so that a slow reader can never slow them; bounded in size.

import { closeSync, fstatSync, ftruncateSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { errnoOf, exitCodes, messageOf, MettleError } from '../kernel/errors.ts';
import { makeFolder } from '../record/make-folder.ts';

/** Beyond this the newest half is cut, so that the first lines and (nearly) the last ones stay. */
const maxBytes = 32 * 1_048_576;
const tailBytes = 16_384;

export interface TargetLog {
  /** For `stdio` of a child; it appends. */
  readonly descriptor: number;
  /** The last lines written since this log was opened. */
  readonly lastLines: (count: number) => string[];
  readonly close: () => void;
}

/** Opens for appending. Throws LOG_NOT_WRITABLE (exit code 3): the log is part of the record. */
export function openTargetLog(file: string, limitBytes = maxBytes): TargetLog {
  const descriptor = openForAppend(file);
  const startBytes = fstatSync(descriptor).size;
  const guard = setInterval(() => boundLog(descriptor, limitBytes), 1_000);
  guard.unref();
  return {
    descriptor,
    lastLines: (count) => readTail(file, startBytes).slice(-count),
    close: () => {
      clearInterval(guard);
      closeSync(descriptor);
    },
  };
}

function openForAppend(file: string): number {
  try {
    makeFolder(dirname(file));
    return openSync(file, 'a');
  } catch (error) {
    throw new MettleError({
      code: 'LOG_NOT_WRITABLE',
      message: `the target's log cannot be written: ${messageOf(error)}`,
      hint: 'choose a folder that can be written with --out',
      exitCode: exitCodes.invalid,
      cause: error,
    });
  }
}

/** Children append, so after a cut they go on at the new end. */
function boundLog(descriptor: number, limitBytes: number): void {
  if (fstatSync(descriptor).size <= limitBytes) return;
  ftruncateSync(descriptor, Math.floor(limitBytes / 2));
  writeSync(descriptor, `\n[mettle] output beyond ${limitBytes} bytes was cut here\n`);
}

/** Nothing when the file is gone: a message must not fail for want of its quotation. */
function readTail(file: string, fromBytes: number): string[] {
  try {
    return linesFrom(file, fromBytes);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return [];
  }
}

function linesFrom(file: string, fromBytes: number): string[] {
  const { size } = statSync(file);
  const start = Math.min(Math.max(fromBytes, size - tailBytes), size);
  const reader = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(size - start);
    const length = readSync(reader, buffer, 0, buffer.length, start);
    const lines = buffer.toString('utf8', 0, length).split('\n');
    return lines.map((line) => line.trimEnd()).filter((line) => line !== '');
  } finally {
    closeSync(reader);
  }
}
