// A file of promises that a stored record is held against: a scenario, of which only they count, `slo:` alone, or OpenSLO.

import { resolve } from 'node:path';
import { z } from 'zod';
import type { KnownNames } from '../slo/references.ts';
import { checkSlo } from './checks/promises.ts';
import { formatDiagnostic, invalidFile } from './diagnostics.ts';
import { expandExperiments } from './experiments.ts';
import { expandPromises } from './expand-promises.ts';
import { parseValue, valueAt } from './issues.ts';
import type { ExpandedThresholds } from './k6-thresholds.ts';
import { openSloPromises } from './openslo-promises.ts';
import { placeProblems } from './place.ts';
import { readSource } from './read-file.ts';
import type { PromiseSpec } from './scenario.ts';
import { promisesInput } from './promise-schema.ts';
import type { SourceDocument } from './yaml-document.ts';

/** The record that they are meant for. Times in microseconds. */
export interface PromisedRecord {
  readonly known: KnownNames;
  readonly durationMicros: number;
  readonly warmupMicros: number;
}

const alone = z.strictObject({ slo: promisesInput.min(1, 'there is no promise') });
const ofScenario = z.looseObject({ slo: promisesInput.min(1, 'there is no promise') });

/**
 * Throws INVALID_FILE with every problem, also for names that the record does not have (exit code 2). `note`: hears what
 * is left out or not looked at.
 */
export async function loadPromises(
  path: string,
  record: PromisedRecord,
  note: (line: string) => void,
  cwd: string = process.cwd(),
): Promise<PromiseSpec[]> {
  const { document, pooled } = await expandedFile(resolve(cwd, path), record, note, cwd);
  const isScenario = valueAt(document.value, ['flows']) !== undefined;
  const { value, problems } = parseValue<{ slo: PromiseSpec[] }>(
    isScenario ? ofScenario : alone,
    document.value,
  );
  if (value === undefined) throw invalidFile(placeProblems(document, problems));
  const { known, durationMicros, warmupMicros } = record;
  const checked = checkSlo({ slo: value.slo, durationMicros, warmupMicros }, document.value, known);
  const wrong = [...placeProblems(document, checked), ...pooled(known)];
  if (wrong.length > 0) throw invalidFile(wrong);
  return value.slo;
}

/** The file with everything in its place that its entries stand for. */
async function expandedFile(
  file: string,
  { durationMicros, warmupMicros }: PromisedRecord,
  note: (line: string) => void,
  cwd: string,
): Promise<Pick<ExpandedThresholds, 'document' | 'pooled'>> {
  const openSlo = await openSloPromises(file, cwd);
  if (openSlo !== null) {
    openSlo.notes.forEach(note);
    return { document: openSlo.document, pooled: () => [] };
  }
  const { document: read, diagnostics } = await readSource(file, cwd);
  if (read === undefined) throw invalidFile(diagnostics);
  const experiments = await expandExperiments(asMap(read), { file, cwd });
  if (experiments.diagnostics.length > 0) throw invalidFile(experiments.diagnostics);
  const judgedMicros = Math.max(0, durationMicros - warmupMicros);
  const expanded = await expandPromises(experiments.document, { file, cwd }, judgedMicros);
  if (expanded.diagnostics.length > 0) throw invalidFile(expanded.diagnostics);
  expanded.notes.map(formatDiagnostic).forEach(note);
  return expanded;
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
