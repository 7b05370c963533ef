// OpenSLO documents as promises: what cannot be said by one is refused at its place, nothing is dropped.

import { didYouMean } from '../kernel/suggest.ts';
import { type Diagnostic, formatDiagnostic, invalidFile } from './diagnostics.ts';
import { quoted } from './issue-words.ts';
import { parseValue } from './issues.ts';
import type { OpenSloFile } from './openslo-documents.ts';
import { ofKind, ofPassedOver, sourceTypesIn, strangeness } from './openslo-kinds.ts';
import { indicatedBy, type SourceTypes } from './openslo-measure.ts';
import { notCarriedOver } from './openslo-left-out.ts';
import { type Limit, limitOf } from './openslo-objective.ts';
import { type IndicatorSpec, type Metadata, type OpenSlo, sliInput, sloInput } from './openslo-schema.ts';
import { below, Refusal, refuse, type Refused, type Spot, type Words, wordsOf } from './openslo-words.ts';
import { placeProblems } from './place.ts';
import type { SourceDocument } from './yaml-document.ts';

/** A promise as a scenario would have it, and where its parts are written. */
export interface ImportedPromise {
  readonly written: string | Readonly<Record<string, unknown>>;
  /** Characters of the promise before its comparison: they come from `metric`, the others from `limit`. */
  readonly measureLength: number;
  readonly metric: Spot;
  readonly limit: Spot;
  readonly words: Words;
}

export interface Imported {
  readonly promises: readonly ImportedPromise[];
  /** What was passed over or not looked at, one line each. */
  readonly notes: readonly string[];
}

interface Indicator {
  readonly metadata: Metadata | undefined;
  readonly spec: IndicatorSpec;
  readonly spot: Spot;
}

interface Around {
  readonly indicators: ReadonlyMap<string, Indicator>;
  readonly types: SourceTypes;
}

const placed = ({ spot, part = 'value', message, suggestion }: Refused): Diagnostic[] =>
  placeProblems(spot.document, [{ path: spot.path, part, message, suggestion }]);

/** Throws INVALID_FILE with every problem (exit code 2). */
export function importOpenSlo({ documents, diagnostics }: OpenSloFile): Imported {
  const problems: Diagnostic[] = [...diagnostics, ...documents.flatMap(strangeness)];
  if (problems.length > 0) throw invalidFile(problems);
  const around = { indicators: indicatorsIn(documents, problems), types: sourceTypesIn(documents) };
  const promises: ImportedPromise[] = [];
  const notes = ofPassedOver(documents);
  for (const document of ofKind('SLO', documents)) {
    const read = readSlo(document, around);
    promises.push(...read.promises);
    problems.push(...read.diagnostics);
    notes.push(...read.notes.map(formatDiagnostic));
  }
  if (problems.length > 0) throw invalidFile(problems);
  const [first] = documents;
  if (promises.length === 0 && first !== undefined)
    throw invalidFile([{ ...first.place([], 'value'), message: 'there is no document of `kind: SLO`' }]);
  return { promises, notes };
}

/** `problems`: is added to. */
function indicatorsIn(documents: readonly SourceDocument[], problems: Diagnostic[]): Map<string, Indicator> {
  return new Map(
    ofKind('SLI', documents).flatMap((document): [string, Indicator][] => {
      const { value, problems: wrong } = parseValue(sliInput, document.value);
      problems.push(...placeProblems(document, wrong));
      if (value === undefined) return [];
      const { metadata, spec } = value;
      return [[metadata.name, { metadata, spec, spot: { document, path: [] } }]];
    }),
  );
}

interface ReadSlo {
  readonly promises: readonly ImportedPromise[];
  readonly diagnostics: readonly Diagnostic[];
  readonly notes: readonly Diagnostic[];
}

function readSlo(document: SourceDocument, around: Around): ReadSlo {
  const none = (diagnostics: readonly Diagnostic[]): ReadSlo => ({ promises: [], diagnostics, notes: [] });
  const { value: slo, problems } = parseValue(sloInput, document.value);
  if (slo === undefined) return none(placeProblems(document, problems));
  const spot: Spot = { document, path: [] };
  try {
    const indicator = indicatorOf(slo, spot, around);
    const { words, refused } = wordsOf([
      { metadata: slo.metadata, spot: below(spot, 'metadata') },
      { metadata: indicator.metadata, spot: below(indicator.spot, 'metadata') },
    ]);
    if (refused.length > 0) return none(refused.flatMap(placed));
    const indicated = indicatedBy(indicator.spec, below(indicator.spot, 'spec'), words, around.types);
    const notes: Diagnostic[] = notCarriedOver(slo, spot, indicator.spec).flatMap(placed);
    const promises = slo.spec.objectives.map((objective, index): ImportedPromise => {
      const at = below(spot, 'spec', 'objectives', index);
      const limit = limitOf(objective, at, { spec: slo.spec, spot }, indicated, words);
      if (limit.note !== null) notes.push(...placed({ spot: at, message: limit.note }));
      return promiseOf(limit, indicated.spot, words);
    });
    return { promises, diagnostics: [], notes };
  } catch (thrown) {
    if (thrown instanceof Refusal) return none(placed(thrown.refused));
    throw thrown;
  }
}

function indicatorOf({ spec }: OpenSlo, spot: Spot, { indicators }: Around): Indicator {
  if (spec.indicator !== undefined)
    return { ...spec.indicator, metadata: spec.indicator.metadata, spot: below(spot, 'spec', 'indicator') };
  const name = spec.indicatorRef ?? '';
  const found = indicators.get(name);
  if (found !== undefined) return found;
  const known = [...indicators.keys()];
  const listed =
    known.length === 0 ? 'put its `kind: SLI` into the same file' : `the file has: ${known.join(', ')}`;
  return refuse(
    below(spot, 'spec', 'indicatorRef'),
    `there is no indicator ${quoted(name)} in this file`,
    didYouMean(name, known) ?? listed,
  );
}

/** The windows of a burn rate stand behind the limit. */
const windowsIn = /\s+over\s+[^()]*$/;

function promiseOf(
  { measureText, operator, text, spot, windowSeconds, leastSamples }: Limit,
  metric: Spot,
  words: Words,
): ImportedPromise {
  const windows = windowsIn.exec(measureText)?.[0] ?? '';
  const measure = measureText.slice(0, measureText.length - windows.length);
  const assert = `${measure} ${operator} ${text}${windows}`;
  const window = words.window?.text ?? (windowSeconds === null ? undefined : `${windowSeconds}s`);
  const more = {
    ...(words.severity === undefined ? {} : { severity: words.severity.text }),
    ...(window === undefined ? {} : { window }),
    ...(words.abort === undefined ? {} : { abort: { after: words.abort.text } }),
    ...samplesOf(words, leastSamples),
    ...(words['on-no-data'] === undefined ? {} : { on_no_data: words['on-no-data'].text }),
  };
  const written = Object.keys(more).length === 0 ? assert : { assert, ...more };
  return { written, measureLength: measure.length, metric, limit: spot, words };
}

/** The larger one of what the annotation asks for and what the target needs. */
function samplesOf({ 'min-samples': word }: Words, least: number | null): Readonly<Record<string, unknown>> {
  if (word === undefined) return least === null ? {} : { min_samples: least };
  const count = countIn(word.text);
  return { min_samples: typeof count === 'number' && least !== null ? Math.max(count, least) : count };
}

/** What is no number is left to the schema, which says so. */
const countIn = (text: string): number | string => (/^\d+$/.test(text) ? Number(text) : text);
