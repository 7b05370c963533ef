// The documents of an OpenSLO file: several in one, each with the places of what it says.

import { parseSource, type Path, type SourceDocument } from './yaml-document.ts';
import type { Diagnostic } from './diagnostics.ts';
import { shownPath } from './diagnostics.ts';
import { valueAt } from './issues.ts';
import { readText } from './read-file.ts';

export interface OpenSloFile {
  readonly documents: readonly SourceDocument[];
  /** What is no YAML at all. */
  readonly diagnostics: readonly Diagnostic[];
}

interface Chunk {
  /** Lines above it in the file. */
  readonly above: number;
  readonly lines: string[];
}

const begins = /^---(\s|$)/;
const ends = /^\.\.\.(\s|$)/;
/** Blank, a comment, a directive: they belong to the document that follows. */
const isAhead = (line: string): boolean => /^\s*(#.*)?$|^%/.test(line);

/** At the start of a line YAML lets `---` and `...` mean nothing else, whatever they stand in. */
function chunksOf(text: string): Chunk[] {
  const chunks: Chunk[] = [];
  let open: Chunk | null = null;
  for (const [index, line] of text.split('\n').entries()) {
    if (ends.test(line)) {
      open = null;
      continue;
    }
    if (open === null || (begins.test(line) && !open.lines.every(isAhead))) {
      open = { above: index, lines: [] };
      chunks.push(open);
    }
    open.lines.push(line);
  }
  return chunks.filter(({ lines }) => !lines.every((line) => isAhead(line.replace(begins, ''))));
}

/** The same document some lines further down. */
const moved = (document: SourceDocument, above: number): SourceDocument => ({
  ...document,
  place: (path, part, offset) => {
    const place = document.place(path, part, offset);
    return place.line > 0 ? { ...place, line: place.line + above } : place;
  },
});

/** What lies at a path of a document, as a document. */
const within = (document: SourceDocument, at: Path): SourceDocument => ({
  file: document.file,
  value: valueAt(document.value, at),
  place: (path, part, offset) => document.place([...at, ...path], part, offset),
  written: (path) => document.written([...at, ...path]),
});

/** A list of documents stands for its entries. */
const entriesOf = (document: SourceDocument): SourceDocument[] =>
  Array.isArray(document.value) ? document.value.map((_, index) => within(document, [index])) : [document];

/** Never throws. `file`: as shown to people. */
export function openSloDocuments(file: string, text: string): OpenSloFile {
  const documents: SourceDocument[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const { above, lines } of chunksOf(text)) {
    const read = parseSource(file, lines.join('\n'));
    if (read.document !== undefined) documents.push(...entriesOf(moved(read.document, above)));
    else diagnostics.push(...read.diagnostics.map((one) => ({ ...one, line: one.line + above })));
  }
  return { documents, diagnostics };
}

/** `openslo/v1`; null: this is no document of OpenSLO. */
export function versionOf({ value }: SourceDocument): string | null {
  const version = valueAt(value, ['apiVersion']);
  return typeof version === 'string' && version.startsWith('openslo/') ? version : null;
}

/** The documents of a file; null when it has none of OpenSLO, or cannot be read, which is told elsewhere. */
export async function readOpenSlo(file: string, cwd: string): Promise<OpenSloFile | null> {
  const { text } = await readText(file, cwd);
  if (text === undefined || !text.includes('openslo/')) return null;
  const read = openSloDocuments(shownPath(file, cwd), text);
  return read.documents.some((document) => versionOf(document) !== null) ? read : null;
}
