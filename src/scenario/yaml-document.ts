// Reads YAML 1.2 or JSON and keeps the tree of nodes, so that every later complaint can name its line and column.

import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  visit,
} from 'yaml';
import { messageOf } from '../kernel/errors.ts';
import type { Diagnostic, Position } from './diagnostics.ts';
import { isTooDeep, maxDepth, syntaxDiagnostics } from './yaml-syntax.ts';

/** Keys and indexes from the root, e.g. `['load', 0, 'arrivals', 1, 'rate']`. */
export type Path = readonly PropertyKey[];

interface Place extends Position {
  readonly file: string;
}

/** A file (or what stands for one) as plain values, with the place of each. */
export interface SourceDocument {
  readonly file: string;
  readonly value: unknown;
  /**
   * The place of a key or of its value; of the nearest parent that exists when the path does not. `offset`: characters
   * into a text that is put together from several places.
   */
  place(path: Path, part: 'key' | 'value', offset?: number): Place;
  /** What is written there, for hints about quoting; empty when it is not from a file. */
  written(path: Path): string;
  /**
   * What surrounds a message about a text that is written nowhere, such as a promise of the catalogue; null, or absent:
   * nothing does.
   */
  about?(path: Path, offset?: number): { readonly before: string; readonly after: string } | null;
}

export type ReadResult =
  | { readonly document: SourceDocument; readonly diagnostics: readonly [] }
  | { readonly document: undefined; readonly diagnostics: readonly Diagnostic[] };

export const maxFileBytes = 1024 * 1024;
const maxAliases = 50;

type TreeDocument = Document.Parsed;

/** Parses the text of a file. Never throws: what is wrong comes back as diagnostics. */
export function parseSource(file: string, text: string): ReadResult {
  const lines = new LineCounter();
  const fail = (offset: number, message: string, suggestion?: string): ReadResult => {
    const at = lines.linePos(offset);
    const place = { line: Math.max(at.line, 1), column: Math.max(at.col, 1) };
    const problem = { file, ...place, message };
    return {
      document: undefined,
      diagnostics: [suggestion === undefined ? problem : { ...problem, suggestion }],
    };
  };
  if (Buffer.byteLength(text) > maxFileBytes) return fail(0, `file is larger than ${maxFileBytes} bytes`);
  if (isTooDeep(text)) return fail(0, `nested more than ${maxDepth} levels deep`);
  const tree = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const errors = [...tree.errors, ...tree.warnings];
  if (errors.length > 0)
    return { document: undefined, diagnostics: syntaxDiagnostics({ file, text, tree, lines }, errors) };
  if (tree.contents === null) return fail(0, 'file is empty');
  const mapKey = firstMapKey(tree);
  if (mapKey !== undefined) {
    return fail(mapKey, 'a key must be a text', 'put a text that begins with {{ in quotes');
  }
  try {
    const value: unknown = tree.toJS({ maxAliasCount: maxAliases });
    if (containsItself(value, [])) return fail(firstAlias(tree), 'an alias stands inside its own anchor');
    return { document: fromTree(file, text, tree, value, lines), diagnostics: [] };
  } catch (thrown) {
    return fail(firstAlias(tree), aliasMessage(messageOf(thrown)));
  }
}

function fromTree(
  file: string,
  text: string,
  tree: TreeDocument,
  value: unknown,
  lines: LineCounter,
): SourceDocument {
  return {
    file,
    value,
    place: (path, part) => {
      const { line, col } = lines.linePos(rangeOf(tree, path, part)[0]);
      return { file, line, column: col };
    },
    written: (path) => text.slice(...rangeOf(tree, path, 'value')),
  };
}

/** Start and end offset of a key or value; of the deepest existing ancestor's value when the path leaves the tree. */
function rangeOf(tree: TreeDocument, path: Path, part: 'key' | 'value'): [number, number] {
  let node: unknown = tree.contents;
  let range = nodeRange(node) ?? [0, 0];
  for (const [index, segment] of path.entries()) {
    if (isAlias(node)) node = node.resolve(tree);
    const pair = childOf(node, segment);
    if (pair === undefined) return range;
    const keyRange = nodeRange(pair.key);
    const valueRange = nodeRange(pair.value);
    const wantsKey = part === 'key' && index === path.length - 1;
    const empty = valueRange === undefined || valueRange[0] === valueRange[1];
    range = (wantsKey || empty ? keyRange : valueRange) ?? valueRange ?? range;
    node = pair.value;
  }
  return range;
}

function childOf(node: unknown, segment: PropertyKey): { key: unknown; value: unknown } | undefined {
  if (isSeq(node))
    return typeof segment === 'number' && segment in node.items
      ? { key: null, value: node.items[segment] }
      : undefined;
  if (!isMap(node)) return undefined;
  return node.items.find((pair) => keyText(pair) === String(segment));
}

const keyText = (pair: Pair): string => (isScalar(pair.key) ? String(pair.key.value) : String(pair.key));

function nodeRange(node: unknown): [number, number] | undefined {
  if (!isNode(node) || !node.range) return undefined;
  return [node.range[0], node.range[1]];
}

const aliasMessage = (message: string): string =>
  message.startsWith('Excessive alias')
    ? `aliases expand to more than ${maxAliases} copies`
    : message.replace(' (the anchor must be set before the alias)', '; its anchor must stand before it');

const containsItself = (value: unknown, parents: readonly object[]): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (parents.includes(value) ||
    Object.values(value).some((child) => containsItself(child, [...parents, value])));

function firstAlias(tree: TreeDocument): number {
  let offset = 0;
  visit(tree, {
    Alias: (_, node) => {
      offset = node.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return offset;
}

/** `{{env.TOKEN}}` without quotes is a map whose key is a map, which explains nothing to whoever wrote a template. */
function firstMapKey(tree: TreeDocument): number | undefined {
  let offset: number | undefined;
  visit(tree, {
    Pair: (_, { key }) => {
      if (!isCollection(key)) return undefined;
      offset = key.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return offset;
}
