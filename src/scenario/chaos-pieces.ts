// Reusable faults: `use: dependency-slow` stands for what a file of the library, or one of the project, says.

import { readdir } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { packagePath } from '../kernel/entry.ts';
import { didYouMean } from '../kernel/suggest.ts';
import type { Diagnostic } from './diagnostics.ts';
import { quoted } from './issue-words.ts';
import { placeProblems } from './place.ts';
import { readSource } from './read-file.ts';
import type { Path, SourceDocument } from './yaml-document.ts';

type Entry = Readonly<Record<string, unknown>>;

/** One entry of `chaos` that has a piece: what both say together, and who says which key. */
interface Merged {
  readonly value: Entry;
  readonly own: Entry;
  readonly piece: SourceDocument;
}

const isMap = (value: unknown): value is Entry =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The library that comes with Mettle. */
const library = packagePath('chaos');
const isName = (use: string): boolean => /^[\w-]+$/.test(use);

/** A name is looked up in the library; anything else is a path from the scenario's folder. */
const fileOf = (use: string, folder: string): string =>
  isName(use) ? resolve(library, `${use}.yml`) : resolve(folder, use);

/** What the entry says itself goes before what the piece says; parameters one by one. */
function merge(piece: Entry, { use: _, ...own }: Entry): Entry {
  const { about: __, ...said } = piece;
  const parameters = isMap(said.with) && isMap(own.with) ? { with: { ...said.with, ...own.with } } : {};
  return { ...said, ...own, ...parameters };
}

/** The names that `use:` knows. */
export async function libraryPieces(): Promise<string[]> {
  const known = (await readdir(library)).filter((name) => name.endsWith('.yml'));
  return known.map((name) => basename(name, '.yml')).sort();
}

async function notFound(use: string): Promise<string> {
  const names = await libraryPieces();
  return didYouMean(use, names) ?? `the library has: ${names.join(', ')}`;
}

async function pieceOf(
  use: unknown,
  at: Path,
  document: SourceDocument,
  around: { readonly folder: string; readonly cwd: string },
): Promise<SourceDocument | readonly Diagnostic[]> {
  const refuse = (message: string, suggestion?: string): readonly Diagnostic[] =>
    placeProblems(document, [
      { path: [...at, 'use'], part: 'value', message, ...(suggestion === undefined ? {} : { suggestion }) },
    ]);
  if (typeof use !== 'string' || use === '') return refuse('expected a piece of the library, or a path');
  const { document: piece, diagnostics } = await readSource(fileOf(use, around.folder), around.cwd);
  if (piece === undefined) {
    const missing = diagnostics.some(({ message }) => message === 'no such file');
    if (!missing) return diagnostics;
    return isName(use)
      ? refuse(`there is no piece ${quoted(use)}`, await notFound(use))
      : refuse(`${quoted(use)}: no such file`);
  }
  if (!isMap(piece.value) || 'use' in piece.value)
    return [{ ...piece.place([], 'value'), message: 'a piece is one fault: a map without `use`' }];
  return piece;
}

/**
 * The document with each `use` replaced by what it stands for. A problem in what a piece says is placed in the piece.
 * `folder`: the scenario's.
 */
export async function expandPieces(
  document: SourceDocument,
  around: { readonly file: string | null; readonly cwd: string },
): Promise<{ readonly document: SourceDocument; readonly diagnostics: readonly Diagnostic[] }> {
  const chaos = isMap(document.value) ? document.value.chaos : undefined;
  if (!isMap(document.value) || !Array.isArray(chaos)) return { document, diagnostics: [] };
  const folder = around.file === null ? around.cwd : dirname(around.file);
  const diagnostics: Diagnostic[] = [];
  const merged = new Map<number, Merged>();
  for (const [index, own] of (chaos as readonly unknown[]).entries()) {
    if (!isMap(own) || !('use' in own)) continue;
    const found = await pieceOf(own.use, ['chaos', index], document, { folder, cwd: around.cwd });
    if ('place' in found) merged.set(index, { own, piece: found, value: merge(found.value as Entry, own) });
    else diagnostics.push(...found);
  }
  if (merged.size === 0) return { document, diagnostics };
  const value = {
    ...document.value,
    chaos: chaos.map((entry: unknown, index) => merged.get(index)?.value ?? entry),
  };
  return { document: placed(document, value, merged), diagnostics };
}

function placed(
  document: SourceDocument,
  value: unknown,
  merged: ReadonlyMap<number, Merged>,
): SourceDocument {
  /** Where a path is written: in a piece when the entry itself does not say it. */
  const inPiece = (path: Path): { piece: SourceDocument; path: Path } | undefined => {
    const [root, index, ...rest] = path;
    const entry = root === 'chaos' && typeof index === 'number' ? merged.get(index) : undefined;
    if (entry === undefined || rest.length === 0) return undefined;
    let own: unknown = entry.own;
    let said: unknown = entry.piece.value;
    for (const key of rest) {
      if (isMap(own) && key in own) own = own[String(key)];
      else own = undefined;
      said = isMap(said) ? said[String(key)] : undefined;
    }
    return own === undefined && said !== undefined ? { piece: entry.piece, path: rest } : undefined;
  };
  return {
    file: document.file,
    value,
    place: (path, part, offset) => {
      const there = inPiece(path);
      return there === undefined ? document.place(path, part, offset) : there.piece.place(there.path, part);
    },
    written: (path) => {
      const there = inPiece(path);
      return there === undefined ? document.written(path) : there.piece.written(there.path);
    },
  };
}
