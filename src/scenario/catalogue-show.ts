// The catalogue for people: its entries, and what one of them stands for.

import { catalogueNames, type CatalogueFile, findCatalogueEntry } from './catalogue-file.ts';
import { neededBy, standing } from './catalogue-standing.ts';
import { catalogueProblems, standFor } from './catalogue-use.ts';
import type { CatalogueUse } from './catalogue-schema.ts';
import { invalidFile } from './diagnostics.ts';
import type { Plain } from './experiment-schema.ts';
import { placeProblems } from './place.ts';
import type { SourceDocument } from './yaml-document.ts';

export interface ListedEntry {
  readonly name: string;
  readonly about: string;
  readonly source: string;
  readonly promises: number;
}

export interface ShownEntry {
  readonly name: string;
  readonly about: string;
  readonly source: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly about: string;
    /** null: it has none. */
    readonly default: Plain | null;
    /** Without it the promises that stand by default have no text. */
    readonly required: boolean;
  }[];
  readonly promises: readonly {
    readonly id: string;
    /** With the parameters filled in that have a value. */
    readonly promise: string;
    readonly severity: 'fail' | 'warn';
    /** Parameters that switch it on, and off. */
    readonly when: readonly string[];
    readonly unless: readonly string[];
    /** How much of the load must be judged, in microseconds; null: it does not matter. */
    readonly loadMicros: number | null;
    readonly source: string;
  }[];
}

/** Problems are placed at the words of the command. */
const commandDocument = (words: string): SourceDocument => ({
  file: words,
  value: null,
  place: () => ({ file: words, line: 0, column: 0 }),
  written: () => '',
});

async function entryNamed(use: string, document: SourceDocument, cwd: string): Promise<CatalogueFile> {
  const found = await findCatalogueEntry(use, [], document, { folder: cwd, cwd });
  if ('diagnostics' in found) throw invalidFile(found.diagnostics);
  return found;
}

export async function listCatalogue(cwd: string = process.cwd()): Promise<ListedEntry[]> {
  const document = commandDocument('slo list');
  const files = await Promise.all((await catalogueNames()).map((name) => entryNamed(name, document, cwd)));
  return files.map(({ name, entry }) => ({
    name,
    about: entry.about.trim(),
    source: entry.source,
    promises: entry.promises.length,
  }));
}

/** Throws INVALID_FILE for an entry or a parameter that does not exist (exit code 2). */
export async function showEntry(
  use: string,
  values: Readonly<Record<string, Plain>>,
  cwd: string = process.cwd(),
): Promise<ShownEntry> {
  const document = commandDocument(`slo show ${use}`);
  const file = await entryNamed(use, document, cwd);
  const asked: CatalogueUse = { use, with: values };
  const problems = catalogueProblems(file, asked, []);
  if (problems.length > 0) throw invalidFile(placeProblems(document, problems));
  const { about, source, parameters = {}, promises } = file.entry;
  const asking = standing(file, asked);
  return {
    ...{ name: file.name, about: about.trim(), source },
    parameters: Object.entries(parameters).map(([name, { about: words, default: value, optional }]) => ({
      name,
      about: words,
      default: value ?? null,
      required: optional !== true && value === undefined && neededBy(asking, name).length > 0,
    })),
    promises: promises.map((promise) => ({
      id: promise.id,
      promise: standFor(file, asked, promise).text,
      severity: promise.severity ?? 'fail',
      when: promise.when ?? [],
      unless: promise.unless ?? [],
      loadMicros: promise.load ?? null,
      source: promise.source,
    })),
  };
}
