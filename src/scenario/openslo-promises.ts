// A file of OpenSLO as a document with `slo`: checked like any other, its problems placed where OpenSLO says it.

import { resolve } from 'node:path';
import { z } from 'zod';
import { parsePromise } from '../slo/parse.ts';
import { invalidFile, shownPath } from './diagnostics.ts';
import { parseValue, type Problem } from './issues.ts';
import { readOpenSlo } from './openslo-documents.ts';
import { importOpenSlo, type ImportedPromise } from './openslo-import.ts';
import type { Spot, WordName } from './openslo-words.ts';
import { placeProblems } from './place.ts';
import { readText } from './read-file.ts';
import { promisesInput } from './promise-schema.ts';
import type { Path, SourceDocument } from './yaml-document.ts';

export interface OpenSloPromises {
  /** Its value is `{ slo: […] }`, as a scenario would have it. */
  readonly document: SourceDocument;
  readonly notes: readonly string[];
}

/** null: the file is none of OpenSLO. Throws INVALID_FILE (exit code 2). `file`: absolute. */
export async function openSloPromises(file: string, cwd: string): Promise<OpenSloPromises | null> {
  const read = await readOpenSlo(file, cwd);
  if (read === null) return null;
  const { promises, notes } = importOpenSlo(read);
  return { document: documentOf(promises, shownPath(file, cwd)), notes };
}

/** The promises of a file of OpenSLO, as a scenario would have them. Throws INVALID_FILE (exit code 2). */
export async function loadOpenSlo(
  path: string,
  cwd: string = process.cwd(),
): Promise<{ readonly slo: readonly unknown[]; readonly notes: readonly string[] }> {
  const file = resolve(cwd, path);
  const { diagnostics } = await readText(file, cwd);
  if (diagnostics.length > 0) throw invalidFile(diagnostics);
  const found = await openSloPromises(file, cwd);
  if (found === null) {
    const message = 'there is no document of OpenSLO in it: it would say `apiVersion: openslo/v1`';
    throw invalidFile([{ file: shownPath(file, cwd), line: 1, column: 1, message }]);
  }
  const { document, notes } = found;
  const { value, problems } = parseValue(z.strictObject({ slo: promisesInput }), document.value);
  if (value === undefined) throw invalidFile(placeProblems(document, problems));
  const wrong = value.slo.flatMap(({ assert }, index) => unreadable(assert, ['slo', index, 'assert']));
  if (wrong.length > 0) throw invalidFile(placeProblems(document, wrong));
  return { slo: (document.value as { slo: unknown[] }).slo, notes };
}

function unreadable(assert: string, path: Path): Problem[] {
  const parsed = parsePromise(assert);
  if (parsed.ok) return [];
  const { message, offset, suggestion } = parsed.problem;
  return [{ path, part: 'value', offset, message, suggestion: suggestion ?? undefined }];
}

const wordOf: Readonly<Record<string, WordName>> = {
  severity: 'severity',
  window: 'window',
  abort: 'abort',
  min_samples: 'min-samples',
  on_no_data: 'on-no-data',
};

function documentOf(promises: readonly ImportedPromise[], file: string): SourceDocument {
  const spotOf = ([root, index, key]: Path, offset = 0): Spot | null => {
    const promise = root === 'slo' && typeof index === 'number' ? promises[index] : undefined;
    if (promise === undefined) return null;
    const word = promise.words[wordOf[String(key)] ?? 'metric'];
    if (key !== undefined && key !== 'assert') return word?.spot ?? promise.limit;
    return offset > promise.measureLength ? promise.limit : promise.metric;
  };
  return {
    file,
    value: { slo: promises.map(({ written }) => written) },
    place: (path, part, offset) => {
      const spot = spotOf(path, offset);
      return spot === null ? { file, line: 1, column: 1 } : spot.document.place(spot.path, part);
    },
    // Only a text that is a metric as written can be counted into.
    written: (path) => {
      const spot = spotOf(path);
      return spot === null ? '' : spot.document.written(spot.path);
    },
  };
}
