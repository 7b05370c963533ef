// The kinds of documents that a file of OpenSLO has: which are read, which are passed over, which are none.

import { didYouMean } from '../kernel/suggest.ts';
import { type Diagnostic, formatDiagnostic } from './diagnostics.ts';
import { quoted } from './issue-words.ts';
import { valueAt } from './issues.ts';
import { versionOf } from './openslo-documents.ts';
import type { SourceTypes } from './openslo-measure.ts';
import { passedOver } from './openslo-schema.ts';
import { placeProblems } from './place.ts';
import type { SourceDocument } from './yaml-document.ts';

const kindOf = ({ value }: SourceDocument): unknown => valueAt(value, ['kind']);
export const ofKind = (kind: string, documents: readonly SourceDocument[]): SourceDocument[] =>
  documents.filter((document) => kindOf(document) === kind);

const readKinds = ['SLO', 'SLI'];

/** What makes it no document that can be read. */
export function strangeness(document: SourceDocument): Diagnostic[] {
  const complain = (key: string, message: string, suggestion?: string): Diagnostic[] =>
    placeProblems(document, [{ path: [key], part: 'value', message, suggestion }]);
  const version = versionOf(document);
  if (version === null)
    return complain('apiVersion', 'expected a document of OpenSLO: `apiVersion: openslo/v1`');
  if (version !== 'openslo/v1')
    return complain('apiVersion', `${quoted(version)} is not read, only "openslo/v1"`);
  const kind = kindOf(document);
  const known: readonly unknown[] = [...readKinds, ...passedOver];
  if (known.includes(kind)) return [];
  const names = [...readKinds, ...passedOver];
  if (kind === undefined) return complain('kind', 'missing key "kind"', `known: ${names.join(', ')}`);
  const word = typeof kind === 'string' ? kind : JSON.stringify(kind);
  return complain(
    'kind',
    `unknown kind ${quoted(word)}`,
    didYouMean(word, names) ?? `known: ${names.join(', ')}`,
  );
}

/** A line for each that says nothing about promises. */
export function ofPassedOver(documents: readonly SourceDocument[]): string[] {
  return documents
    .filter((document) => !readKinds.includes(String(kindOf(document))))
    .map((document) => {
      const name = valueAt(document.value, ['metadata', 'name']);
      const message = `passed over: ${String(kindOf(document))}${typeof name === 'string' ? ` ${quoted(name)}` : ''}`;
      return formatDiagnostic({ ...document.place([], 'value'), message });
    });
}

/** The types of the data sources that the file declares. */
export const sourceTypesIn = (documents: readonly SourceDocument[]): SourceTypes =>
  new Map(
    ofKind('DataSource', documents).flatMap(({ value }): [string, string][] => {
      const [name, type] = [valueAt(value, ['metadata', 'name']), valueAt(value, ['spec', 'type'])];
      return typeof name === 'string' && typeof type === 'string' ? [[name, type]] : [];
    }),
  );
