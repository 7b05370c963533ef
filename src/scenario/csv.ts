// Comma-separated values (RFC 4180) into records, with the line on which each begins; everything stays text.

/** Not CSV; `line` counts from 1. */
export class CsvError extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.name = 'CsvError';
    this.line = line;
  }
}

export interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

interface Cursor {
  readonly source: string;
  position: number;
  line: number;
}

function quotedField(cursor: Cursor): string {
  const { source, line } = cursor;
  let text = '';
  let from = cursor.position + 1;
  for (;;) {
    const quote = source.indexOf('"', from);
    if (quote === -1) throw new CsvError(line, 'a quoted field is never closed');
    text += source.slice(from, quote);
    from = quote + 1;
    if (source[from] !== '"') break;
    text += '"';
    from += 1;
  }
  for (let index = text.indexOf('\n'); index !== -1; index = text.indexOf('\n', index + 1)) cursor.line += 1;
  cursor.position = from;
  return text;
}

const fieldEnd = /,|\r?\n|"/g;

function plainField(cursor: Cursor): string {
  fieldEnd.lastIndex = cursor.position;
  const match = fieldEnd.exec(cursor.source);
  const end = match?.index ?? cursor.source.length;
  if (match?.[0] === '"') {
    throw new CsvError(
      cursor.line,
      'a quote inside an unquoted field: quote the whole field and double the quotes in it',
    );
  }
  const text = cursor.source.slice(cursor.position, end);
  cursor.position = end;
  return text;
}

/** Steps over a line break; false when there is none. */
function lineBreak(cursor: Cursor): boolean {
  const { source, position } = cursor;
  const length = source[position] === '\n' ? 1 : source.startsWith('\r\n', position) ? 2 : 0;
  cursor.position += length;
  if (length > 0) cursor.line += 1;
  return length > 0;
}

function readRecord(cursor: Cursor): CsvRecord {
  const line = cursor.line;
  const fields: string[] = [];
  for (;;) {
    const quoted = cursor.source[cursor.position] === '"';
    fields.push(quoted ? quotedField(cursor) : plainField(cursor));
    if (cursor.source[cursor.position] === ',') {
      cursor.position += 1;
      continue;
    }
    if (cursor.position < cursor.source.length && !lineBreak(cursor)) {
      throw new CsvError(cursor.line, 'a comma or the end of the line is expected after a quoted field');
    }
    return { line, fields };
  }
}

/** Quotes, doubled quotes, line breaks inside quotes, CRLF or LF; wholly blank lines are skipped. Throws CsvError. */
export function parseCsv(source: string): CsvRecord[] {
  const cursor: Cursor = { source, position: source.startsWith('\uFEFF') ? 1 : 0, line: 1 };
  const records: CsvRecord[] = [];
  while (cursor.position < source.length) {
    if (!lineBreak(cursor)) records.push(readRecord(cursor));
  }
  return records;
}
