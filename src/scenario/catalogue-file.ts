// Finds an entry of the catalogue of promises, and checks it by itself: its shape, its parameters, its ids.

import { readdir } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import { packagePath } from '../kernel/entry.ts';
import { didYouMean } from '../kernel/suggest.ts';
import { builtIn, type CatalogueEntry, catalogueFileInput } from './catalogue-schema.ts';
import type { Diagnostic } from './diagnostics.ts';
import { namesIn } from './experiment-text.ts';
import { quoted } from './issue-words.ts';
import { parseValue, type Problem } from './issues.ts';
import { placeProblems } from './place.ts';
import { readSource } from './read-file.ts';
import type { Path, SourceDocument } from './yaml-document.ts';

export interface CatalogueFile {
  /** As people call it: the name of its file. */
  readonly name: string;
  readonly entry: CatalogueEntry;
}

interface Refused {
  readonly diagnostics: readonly Diagnostic[];
}

/** The catalogue that comes with Mettle. */
const library = packagePath('slo');
const isName = (use: string): boolean => /^[\w-]+$/.test(use);

/** The names that `use` knows. */
export async function catalogueNames(): Promise<string[]> {
  const files = (await readdir(library)).filter((name) => name.endsWith('.yml'));
  return files.map((name) => basename(name, '.yml')).sort();
}

/** A name is looked up in the catalogue; anything else is a path from `folder`. `at`: where the use is written. */
export async function findCatalogueEntry(
  use: string,
  at: Path,
  document: SourceDocument,
  { folder, cwd }: { readonly folder: string; readonly cwd: string },
): Promise<CatalogueFile | Refused> {
  const path = isName(use) ? resolve(library, `${use}.yml`) : resolve(folder, use);
  const read = await readSource(path, cwd);
  if (read.document !== undefined) return checked(path, read.document);
  if (read.diagnostics.every(({ message }) => message !== 'no such file')) return read;
  const message = isName(use) ? `the catalogue has no entry ${quoted(use)}` : `${quoted(use)}: no such file`;
  const suggestion = isName(use) ? await meant(use) : undefined;
  const problem: Problem = { path: at, part: 'value', message, suggestion };
  return { diagnostics: placeProblems(document, [problem]) };
}

async function meant(use: string): Promise<string> {
  const names = await catalogueNames();
  return didYouMean(use, names) ?? `it has: ${names.join(', ')}`;
}

function checked(path: string, document: SourceDocument): CatalogueFile | Refused {
  const { value: entry, problems } = parseValue(catalogueFileInput, document.value);
  if (entry === undefined) return { diagnostics: placeProblems(document, problems) };
  const wrong = [...undeclared(entry), ...limitless(entry), ...doubled(entry)];
  return wrong.length > 0
    ? { diagnostics: placeProblems(document, wrong) }
    : { name: basename(path, extname(path)), entry };
}

/** Places and conditions without a parameter, and parameters that nothing depends on. */
function undeclared({ parameters = {}, promises }: CatalogueEntry): Problem[] {
  const known = Object.keys(parameters);
  const named = promises.flatMap(({ promise, when = [], unless = [] }, index) => [
    ...namesIn(promise).map((name) => ({ name, path: ['promises', index, 'promise'] })),
    ...when.map((name) => ({ name, path: ['promises', index, 'when'] })),
    ...unless.map((name) => ({ name, path: ['promises', index, 'unless'] })),
  ]);
  const strange = named
    .filter(({ name }) => name !== builtIn && !known.includes(name))
    .map(({ name, path }): Problem => {
      const message = `there is no parameter ${quoted(name)}`;
      return { path, part: 'value', message, suggestion: didYouMean(name, known) };
    });
  const idle = known
    .filter((key) => !named.some(({ name }) => name === key))
    .map((key): Problem => ({
      path: ['parameters', key],
      part: 'key',
      message: `${quoted(key)} is never used`,
    }));
  return [...strange, ...idle];
}

function limitless({ promises }: CatalogueEntry): Problem[] {
  return promises.flatMap(({ promise, limit }, index): Problem[] => {
    const path = ['promises', index];
    const has = namesIn(promise).includes(builtIn);
    if (has && limit === undefined) return [{ path, part: 'value', message: 'missing key "limit"' }];
    if (has || limit === undefined) return [];
    return [{ path: [...path, 'limit'], part: 'key', message: 'the promise has no `{{limit}}`' }];
  });
}

function doubled({ promises }: CatalogueEntry): Problem[] {
  return promises.flatMap(({ id }, index): Problem[] => {
    if (promises.findIndex((one) => one.id === id) === index) return [];
    return [
      { path: ['promises', index, 'id'], part: 'value', message: `there are two of the id ${quoted(id)}` },
    ];
  });
}
