// Data files of a scenario: CSV and JSON into rows, from inside the scenario's own folders only.

import { readFile, realpath, stat } from 'node:fs/promises';
import { extname, relative, resolve, sep } from 'node:path';
import { MettleError, errnoOf, messageOf } from '../kernel/errors.ts';
import type { Json } from '../kernel/json.ts';
import { CsvError, parseCsv } from './csv.ts';
import { jsonErrorOffset } from './json-position.ts';
import type { DataFeed } from './scenario.ts';

type Rows = DataFeed['rows'];

/** Rows are held in memory by every thread, so the file is bounded. */
const largestBytes = 64 * 1_048_576;

/** A data file that cannot be used; `line` counts from 1, null where no line is to blame. */
export class DataFileError extends MettleError {
  readonly line: number | null;

  constructor(file: string, line: number | null, message: string, hint?: string) {
    const where = line === null ? file : `${file}:${line}`;
    super({ code: 'DATA_FILE_INVALID', message: `${where}: ${message}`, hint });
    this.line = line;
  }
}

/** Rows of a CSV text whose first record names the columns. Values stay text. Throws DataFileError. */
export function csvRows(source: string, file: string): Rows {
  const refuse = (line: number | null, message: string): never => {
    throw new DataFileError(file, line, message);
  };
  let records;
  try {
    records = parseCsv(source);
  } catch (thrown) {
    if (thrown instanceof CsvError) return refuse(thrown.line, thrown.message);
    throw thrown;
  }
  const [header, ...rest] = records;
  if (header === undefined || rest.length === 0) {
    return refuse(null, 'expected a header line and at least one row');
  }
  header.fields.forEach((column, index) => {
    const fault = columnFault(column, header.fields.indexOf(column) !== index);
    if (fault !== null) refuse(header.line, fault);
  });
  return rest.map(({ line, fields }) => {
    if (fields.length !== header.fields.length) {
      refuse(line, `${fields.length} fields where the header names ${header.fields.length}`);
    }
    return Object.fromEntries(header.fields.map((column, index) => [column, fields[index] ?? '']));
  });
}

/** Columns are read as `{{feed.column}}`, so they are names. */
function columnFault(column: string, repeated: boolean): string | null {
  if (repeated) return `the column "${column}" is named twice`;
  return /^[A-Za-z0-9_][\w-]*$/.test(column)
    ? null
    : `the column "${column}" is not a name: letters, digits, _ and - only`;
}

/** Rows of a JSON text: an array of objects. Throws DataFileError. */
export function jsonRows(source: string, file: string): Rows {
  let parsed: unknown;
  try {
    parsed = JSON.parse(source);
  } catch (thrown) {
    const line = source.slice(0, jsonErrorOffset(source)).split('\n').length;
    throw new DataFileError(file, line, `not JSON (${messageOf(thrown)})`);
  }
  if (!Array.isArray(parsed) || parsed.length === 0) {
    throw new DataFileError(file, null, 'expected an array of objects with at least one row');
  }
  return parsed.map((row: unknown, index) => {
    if (typeof row === 'object' && row !== null && !Array.isArray(row)) return row as Record<string, Json>;
    throw new DataFileError(file, null, `row ${index + 1} is not an object`);
  });
}

async function realPathOf(path: string, shown: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (thrown) {
    const missing = errnoOf(thrown) === 'ENOENT';
    throw new DataFileError(shown, null, missing ? 'no such file' : messageOf(thrown));
  }
}

const isInside = (path: string, folder: string): boolean => {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && resolve(folder, way) === path;
};

/**
 * Reads `path` (as written, relative to `folder`). It must lie inside one of `folder` (the scenario's) and `root` (the
 * project's) once links are followed. Throws DataFileError.
 */
export async function loadRows(path: string, folder: string, root: string): Promise<Rows> {
  const real = await realPathOf(resolve(folder, path), path);
  const allowed = await Promise.all([realPathOf(folder, folder), realPathOf(root, root)]);
  if (!allowed.some((inside) => isInside(real, inside))) {
    throw new DataFileError(path, null, 'the file is outside the project', 'Keep data beside the scenario.');
  }
  const read = extname(path) === '.csv' ? csvRows : extname(path) === '.json' ? jsonRows : undefined;
  if (read === undefined) throw new DataFileError(path, null, 'expected a .csv or .json file');
  const status = await stat(real);
  if (!status.isFile()) throw new DataFileError(path, null, 'not a file');
  if (status.size > largestBytes) throw new DataFileError(path, null, 'larger than 64MiB');
  return read(await readFile(real, 'utf8'), path);
}
