// A file of promises that a stored record is held against: a scenario, of which only they count, or `slo:` alone.

import { resolve } from 'node:path';
import { z } from 'zod';
import type { KnownNames } from '../slo/references.ts';
import { checkSlo } from './checks/promises.ts';
import { invalidFile } from './diagnostics.ts';
import { expandExperiments } from './experiments.ts';
import { parseValue, valueAt } from './issues.ts';
import { placeProblems } from './place.ts';
import { readSource } from './read-file.ts';
import type { PromiseSpec } from './scenario.ts';
import { promisesInput } from './schema.ts';
import type { SourceDocument } from './yaml-document.ts';

/** The record that they are meant for. Times in microseconds. */
export interface PromisedRecord {
  readonly known: KnownNames;
  readonly durationMicros: number;
  readonly warmupMicros: number;
}

const alone = z.strictObject({ slo: promisesInput.min(1, 'there is no promise') });
const ofScenario = z.looseObject({ slo: promisesInput.min(1, 'there is no promise') });

/** Throws INVALID_FILE with every problem, also for names that the record does not have (exit code 2). */
export async function loadPromises(
  path: string,
  record: PromisedRecord,
  cwd: string = process.cwd(),
): Promise<PromiseSpec[]> {
  const file = resolve(cwd, path);
  const { document: read, diagnostics } = await readSource(file, cwd);
  if (read === undefined) throw invalidFile(diagnostics);
  const { document, diagnostics: unknown } = await expandExperiments(asMap(read), { file, cwd });
  if (unknown.length > 0) throw invalidFile(unknown);
  const isScenario = valueAt(document.value, ['flows']) !== undefined;
  const { value, problems } = parseValue<{ slo: PromiseSpec[] }>(
    isScenario ? ofScenario : alone,
    document.value,
  );
  if (value === undefined) throw invalidFile(placeProblems(document, problems));
  const { known, durationMicros, warmupMicros } = record;
  const wrong = checkSlo({ slo: value.slo, durationMicros, warmupMicros }, document.value, known);
  if (wrong.length > 0) throw invalidFile(placeProblems(document, wrong));
  return value.slo;
}

/** A bare list is the list of promises. */
function asMap(document: SourceDocument): SourceDocument {
  if (!Array.isArray(document.value)) return document;
  return {
    ...document,
    value: { slo: document.value },
    place: (path, part, offset) => document.place(path.slice(1), part, offset),
    written: (path) => document.written(path.slice(1)),
  };
}
