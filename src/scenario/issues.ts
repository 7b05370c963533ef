// Turns what zod complains about into what a person wrote wrong: the key, the word, what is known there instead.

import { z } from 'zod';
import { expectedMessage, nameOfType, quoted, sizeMessage } from './issue-words.ts';
import { didYouMean } from '../kernel/suggest.ts';
import { isLaterKey, isLaterValue, notSupported } from './unsupported.ts';
import type { Path } from './yaml-document.ts';

/** Something wrong at a path of a document that has not been placed in a file yet. */
export interface Problem {
  readonly path: Path;
  /** Whether the key itself or its value is to blame. */
  readonly part: 'key' | 'value';
  /** Characters into the text at that place, when the place is a text. */
  readonly offset?: number;
  readonly message: string;
  readonly suggestion?: string | undefined;
}

export type Parsed<Value> =
  | { readonly value: Value; readonly problems: readonly [] }
  | { readonly value: undefined; readonly problems: readonly Problem[] };

type Issue = z.core.$ZodIssue;

/** The keys that a strict map knows, by the identity of the list of keys that it refused. */
type KnownKeys = Map<readonly string[], readonly string[]>;

/** What a schema cannot tell about itself once it has failed. */
export interface Hints {
  /** Keys known in the map at a path, besides those that its schema lists. */
  knownKeys(path: Path): readonly string[];
  /** For unions of maps told apart by a key: these keys, in the order of the union; empty elsewhere. */
  kinds(path: Path): readonly string[];
}

const noHints: Hints = { knownKeys: () => [], kinds: () => [] };

interface Context {
  readonly root: unknown;
  readonly base: Path;
  readonly knownKeys: (issue: UnknownKeyIssue, path: Path) => readonly string[];
  readonly hints: Hints;
}

/** Parses and, when that fails, explains every problem. A message given by a schema stands; the rest is written here. */
export function parseValue<Value>(
  schema: z.ZodType<Value>,
  root: unknown,
  hints: Hints = noHints,
): Parsed<Value> {
  const known: KnownKeys = new Map();
  const result = schema.safeParse(root, {
    error: (issue) => {
      if (issue.code === 'unrecognized_keys' && issue.inst instanceof z.ZodObject) {
        known.set(issue.keys, Object.keys(issue.inst.shape));
      }
      return '';
    },
  });
  if (result.success) return { value: result.data, problems: [] };
  const knownKeys: Context['knownKeys'] = (issue, path) => [
    ...new Set([...(known.get(issue.keys) ?? []), ...hints.knownKeys(path)]),
  ];
  return {
    value: undefined,
    problems: explainAll(result.error.issues, { root, base: [], knownKeys, hints }),
  };
}

/** The value written at a path; undefined when there is none. */
export function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    root,
  );
}

function explainAll(issues: readonly Issue[], context: Context): Problem[] {
  const unknown = issues.filter(isUnknownKey).flatMap((issue) => explain(issue, context));
  const rest = issues.filter((issue) => !isUnknownKey(issue));
  const told = rest.filter((issue) => !isExcused(issue, unknown, context));
  return [...unknown, ...told.flatMap((issue) => explain(issue, context))];
}

/**
 * An unknown key excuses what follows from it: that a key is missing which is that one misspelt or which a later version
 * does not need, and what the map's own rules say about a map that was not understood.
 */
function isExcused(issue: Issue, unknown: readonly Problem[], context: Context): boolean {
  const missing = isMissing(issue, context);
  if (!missing && issue.code !== 'custom') return false;
  const map = [...context.base, ...(missing ? issue.path.slice(0, -1) : issue.path)];
  const beside = unknown.filter((problem) => problem.path.slice(0, -1).join('.') === map.join('.'));
  if (!missing) return beside.length > 0;
  const meant = `did you mean "${String(issue.path.at(-1))}"?`;
  return beside.some(({ suggestion, path }) => suggestion === meant || isLaterKey(map, String(path.at(-1))));
}

type UnknownKeyIssue = z.core.$ZodIssueUnrecognizedKeys;

const isUnknownKey = (issue: Issue): issue is UnknownKeyIssue => issue.code === 'unrecognized_keys';

/** A schema parsed inside another one brings zod's own words along: they are no message of the schema's author. */
const messageOf = (issue: Issue): string =>
  /^(Invalid |Too (small|big): |Unrecognized )/.test(issue.message) ? '' : issue.message;

const isMissing = (issue: Issue, { root, base }: Context): boolean =>
  ['invalid_type', 'invalid_value', 'invalid_union'].includes(issue.code) &&
  issue.path.length > 0 &&
  valueAt(root, [...base, ...issue.path]) === undefined;

function explain(issue: Issue, context: Context): Problem[] {
  const path = [...context.base, ...issue.path];
  const at = (message: string, suggestion?: string): Problem[] => [
    { path, part: 'value', message, suggestion },
  ];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey(path, key, context.knownKeys(issue, path)));
  }
  if (isMissing(issue, context)) return [missingKey(path)];
  const input = valueAt(context.root, path);
  if (input === null)
    return [{ path, part: 'key', message: `"${String(path.at(-1) ?? 'the file')}" has no value` }];
  const inner = { ...context, base: path };
  const message = messageOf(issue);
  switch (issue.code) {
    case 'invalid_union':
      return message === '' ? explainUnion(issue, inner) : at(message);
    case 'invalid_key':
      return explainAll(issue.issues, { ...inner, root: undefined }).map((problem) => ({
        ...problem,
        path,
        part: 'key',
      }));
    case 'invalid_element':
      return explainAll(issue.issues, inner);
    case 'custom':
      return at(message === '' ? 'is not valid' : message, suggestionOf(issue.params));
    case 'invalid_value':
      return [unknownWord(path, input, issue.values.map(String), message)];
    default:
      return at(message === '' ? defaultMessage(issue, input) : message);
  }
}

function defaultMessage(issue: Issue, input: unknown): string {
  if (issue.code === 'invalid_type') return expectedMessage(nameOfType(issue.expected), input);
  if (issue.code === 'too_small' || issue.code === 'too_big') return sizeMessage(issue);
  return `${typeof input === 'string' ? quoted(input) : 'this'} is not valid`;
}

/** The branch that was meant: the one whose key is there, else the one that fits best. */
function explainUnion(issue: z.core.$ZodIssueInvalidUnion, context: Context): Problem[] {
  const { base, root, hints } = context;
  if (issue.discriminator !== undefined) return [explainDiscriminator(issue, context)];
  const value = valueAt(root, base);
  const kinds = hints.kinds(base);
  if (kinds.length > 0 && typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const kind = kinds.findIndex((key) => Object.hasOwn(value, key));
    return kind < 0 ? explainChoice(kinds, context) : explainAll(issue.errors[kind] ?? [], context);
  }
  const strangeness = (errors: readonly Issue[]): number => strangenessOf(errors, context);
  const best = [...issue.errors].sort((a, b) => strangeness(a) - strangeness(b))[0] ?? [];
  if (!best.some((issue) => isWrongShape(issue, value))) return explainAll(best, context);
  const wanted = new Set(
    issue.errors.flat().map((inner) => (inner.code === 'invalid_type' ? inner.expected : 'string')),
  );
  return [
    { path: base, part: 'value', message: expectedMessage([...wanted].map(nameOfType).join(' or '), value) },
  ];
}

/** Another type than the branch is for; of a list of words, anything that is no word. */
const isWrongShape = (issue: Issue, value: unknown): boolean =>
  issue.path.length === 0 &&
  (issue.code === 'invalid_type' ||
    (issue.code === 'invalid_value' && issue.values.every((word) => typeof word !== typeof value)));

/** How far a value is from a branch of a union: another shape, then missing keys, then unknown ones, then the rest. */
const strangenessOf = (errors: readonly Issue[], context: Context): number =>
  errors.reduce((sum, issue) => {
    if (isWrongShape(issue, valueAt(context.root, context.base))) return sum + 1000;
    if (isMissing(issue, context) && issue.path.length === 1) return sum + 100;
    return sum + (isUnknownKey(issue) && issue.path.length === 0 ? 10 * issue.keys.length : 1);
  }, 0);

/** No branch is picked: an entry of a kind that nobody knows. */
function explainChoice(kinds: readonly string[], { root, base }: Context): Problem[] {
  const written = Object.keys(valueAt(root, base) ?? {});
  const strange = written.filter((key) => isLaterKey(base, key) || didYouMean(key, kinds) !== undefined);
  if (strange.length > 0) return strange.map((key) => unknownKey(base, key, kinds));
  return [{ path: base, part: 'value', message: `needs one of the keys ${kinds.join(', ')}` }];
}

function explainDiscriminator(issue: z.core.$ZodIssueInvalidUnion, { root, base }: Context): Problem {
  const word = valueAt(root, base);
  const options = 'options' in issue ? (issue.options ?? []) : [];
  return word === undefined ? missingKey(base) : unknownWord(base, word, options.map(String), '');
}

const missingKey = (path: Path): Problem => ({
  path: path.slice(0, -1),
  part: 'value',
  message: `missing key "${String(path.at(-1))}"`,
});

function unknownKey(path: Path, key: string, known: readonly string[]): Problem {
  const base = { path: [...path, key], part: 'key' } as const;
  if (isLaterKey(path, key)) return { ...base, message: notSupported(key) };
  // In braces YAML ends a text at its comma.
  if (path[0] === 'slo' && /[()<>]/.test(key))
    return {
      ...base,
      message: `unknown key "${key}"`,
      suggestion: 'within braces a promise with a comma is quoted',
    };
  const choices = known.length > 0 ? `known here: ${known.join(', ')}` : undefined;
  return { ...base, message: `unknown key "${key}"`, suggestion: didYouMean(key, known) ?? choices };
}

function unknownWord(path: Path, word: unknown, known: readonly string[], message: string): Problem {
  const base = { path, part: 'value' } as const;
  if (typeof word === 'string' && isLaterValue(path, word)) return { ...base, message: notSupported(word) };
  if (message !== '') return { ...base, message };
  if (typeof word !== 'string')
    return { ...base, message: expectedMessage(`one of ${known.join(', ')}`, word) };
  const choices = `known here: ${known.join(', ')}`;
  return { ...base, message: `unknown word ${quoted(word)}`, suggestion: didYouMean(word, known) ?? choices };
}

function suggestionOf(parameters: Record<string, unknown> | undefined): string | undefined {
  const suggestion = parameters?.['suggestion'];
  return typeof suggestion === 'string' ? suggestion : undefined;
}
