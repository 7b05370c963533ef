// Data files of a scenario: CSV and JSON into rows, from inside the scenario's own folders only.

import { readFile, realpath, stat } from 'node:fs/promises';
import { extname, relative, resolve, sep } from 'node:path';
import { MettleError, errnoOf, messageOf } from '../kernel/errors.ts';
import type { Json } from '../kernel/json.ts';
import { didYouMean } from '../kernel/suggest.ts';
import type { CellType, CellTypes } from './cells.ts';
import { readCell } from './cells.ts';
import type { CsvRecord } from './csv.ts';
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

/** Rows of a CSV text whose first record names the columns. Values stay text but for `types`. Throws DataFileError. */
export function csvRows(source: string, file: string, types: CellTypes = {}): Rows {
  const [header, ...rest] = recordsOf(source, file);
  if (header === undefined || rest.length === 0) {
    throw new DataFileError(file, null, 'expected a header line and at least one row');
  }
  header.fields.forEach((column, index) => {
    const fault = columnFault(column, header.fields.indexOf(column) !== index);
    if (fault !== null) throw new DataFileError(file, header.line, fault);
  });
  for (const column of Object.keys(types)) {
    if (header.fields.includes(column)) continue;
    const hint = didYouMean(column, header.fields) ?? `There are ${header.fields.join(', ')}.`;
    throw new DataFileError(file, header.line, `there is no column "${column}" to have a type`, hint);
  }
  const columns = header.fields.map((name) => ({
    name,
    type: (Object.hasOwn(types, name) ? types[name] : undefined) ?? 'text',
  }));
  return rest.map((record) => rowOf(record, columns, file));
}

function recordsOf(source: string, file: string): CsvRecord[] {
  try {
    return parseCsv(source);
  } catch (thrown) {
    if (thrown instanceof CsvError) throw new DataFileError(file, thrown.line, thrown.message);
    throw thrown;
  }
}

function rowOf(
  { line, fields }: CsvRecord,
  columns: readonly { readonly name: string; readonly type: CellType }[],
  file: string,
): Rows[number] {
  if (fields.length !== columns.length) {
    const message = `${fields.length} fields where the header names ${columns.length}`;
    throw new DataFileError(file, line, message);
  }
  return Object.fromEntries(
    columns.map(({ name, type }, index) => {
      const cell = readCell(fields[index] ?? '', type);
      if ('problem' in cell) throw new DataFileError(file, line, `${name}: ${cell.problem}`);
      return [name, cell.value];
    }),
  );
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
export async function loadRows(
  path: string,
  folder: string,
  root: string,
  types: CellTypes = {},
): Promise<Rows> {
  const real = await realPathOf(resolve(folder, path), path);
  const allowed = await Promise.all([realPathOf(folder, folder), realPathOf(root, root)]);
  if (!allowed.some((inside) => isInside(real, inside))) {
    throw new DataFileError(path, null, 'the file is outside the project', 'Keep data beside the scenario.');
  }
  const kind = extname(path);
  if (kind !== '.csv' && kind !== '.json')
    throw new DataFileError(path, null, 'expected a .csv or .json file');
  const status = await stat(real);
  if (!status.isFile()) throw new DataFileError(path, null, 'not a file');
  if (status.size > largestBytes) throw new DataFileError(path, null, 'larger than 64MiB');
  const source = await readFile(real, 'utf8');
  return kind === '.csv' ? csvRows(source, path, types) : jsonRows(source, path);
}
