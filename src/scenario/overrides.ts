// `--set key=value`: any field of a scenario from the command line, except what guards other people's systems.

import { MettleError } from '../kernel/errors.ts';
import { quoted } from './issue-words.ts';
import { didYouMean } from '../kernel/suggest.ts';
import { type Path, parseSource, type SourceDocument } from './yaml-document.ts';

interface Override {
  /** Segments as written; list positions are resolved against the document. */
  readonly segments: readonly string[];
  readonly value: unknown;
  /** `--set warmup=5s`, the place that problems are reported at. */
  readonly origin: string;
}

export interface Overrides {
  readonly fields: readonly Override[];
  /** `target.env.X=…`: environment given to the variant, its dependencies and clients besides their own. */
  readonly extraEnv: Readonly<Record<string, string>>;
}

/** Guards and approvals belong to the target file alone. */
const guarded = [
  'allow',
  'environment',
  'limits',
  'secrets',
  'approvals',
  'allow-production',
  'allow-exec',
  '__proto__',
];

const refuse = (origin: string, message: string, hint?: string): MettleError =>
  new MettleError({ code: 'INVALID_OVERRIDE', message: `${origin}: ${message}`, hint });

/** Reads the texts after `--set`. Throws INVALID_OVERRIDE. */
export function parseOverrides(texts: readonly string[]): Overrides {
  const fields: Override[] = [];
  const extraEnv: Record<string, string> = {};
  for (const text of texts) {
    const origin = `--set ${text}`;
    const equals = text.indexOf('=');
    const segments = text.slice(0, Math.max(equals, 0)).trim().split('.');
    if (equals < 0 || segments.includes(''))
      throw refuse(origin, 'expected key=value', 'e.g. --set load.0.maxInFlight=50');
    const guard = segments.find((segment) => guarded.includes(segment));
    if (guard !== undefined) throw cannotOverride(origin, guard);
    const value = text.slice(equals + 1);
    if (segments[0] === 'target') refuseGuardedKeys(value, origin);
    if (segments[0] === 'target' && segments[1] === 'env') {
      extraEnv[variableName(segments, origin)] = value;
      continue;
    }
    fields.push({ segments, value: readValue(value, origin), origin });
  }
  return { fields, extraEnv };
}

const cannotOverride = (origin: string, guard: string): MettleError =>
  refuse(origin, `\`${guard}\` cannot be overridden`, 'it guards the target: change it in the target file');

/** A target given as a whole must not bring along what guards it. */
function refuseGuardedKeys(text: string, origin: string): void {
  const search = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      if (!Array.isArray(value) && guarded.includes(key)) throw cannotOverride(origin, key);
      search(inner);
    }
  };
  if (text.trim().startsWith('{')) search(readValue(text, origin));
}

function variableName(segments: readonly string[], origin: string): string {
  const name = segments.slice(2).join('.');
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name;
  throw refuse(
    origin,
    `${quoted(name)} is not the name of an environment variable`,
    'e.g. --set target.env.CACHE=off',
  );
}

/** A value as the file would have it: `5s`, `7`, `[a, b]`. Throws INVALID_OVERRIDE at its option, `origin`. */
export function readValue(text: string, origin: string): unknown {
  if (text.trim() === '') return '';
  const { document, diagnostics } = parseSource(origin, text);
  if (document === undefined) throw refuse(origin, diagnostics[0]?.message ?? 'not a value');
  return document.value;
}

/** The document with the fields set; problems in them are placed at their option. Throws INVALID_OVERRIDE. */
export function applyOverrides(document: SourceDocument, fields: readonly Override[]): SourceDocument {
  if (fields.length === 0) return document;
  const value: unknown = structuredClone(document.value);
  const set = fields.map((field) => ({ path: assign(value, field), origin: field.origin })).reverse();
  const originOf = (path: Path): string | undefined =>
    set.find((field) => field.path.every((segment, index) => path[index] === segment))?.origin;
  return {
    file: document.file,
    value,
    place: (path, part) => {
      const origin = originOf(path);
      return origin === undefined ? document.place(path, part) : { file: origin, line: 0, column: 0 };
    },
    written: (path) => (originOf(path) === undefined ? document.written(path) : ''),
  };
}

/** Sets the value in place and returns its path with list positions as numbers. */
function assign(root: unknown, { segments, value, origin }: Override): Path {
  const path: PropertyKey[] = [];
  let parent = root;
  for (const [index, segment] of segments.entries()) {
    const key = keyIn(parent, segment, segments.slice(0, index).join('.'), origin);
    path.push(key);
    if (typeof parent !== 'object' || parent === null) break;
    if (index === segments.length - 1) Reflect.set(parent, key, value);
    else if (Reflect.get(parent, key) == null && !Array.isArray(parent)) Reflect.set(parent, key, {});
    parent = Reflect.get(parent, key);
  }
  return path;
}

/** A key of a map (known or not: the schema judges that), or the position of an entry by number, id, name or flow. */
function keyIn(parent: unknown, segment: string, where: string, origin: string): PropertyKey {
  if (Array.isArray(parent)) {
    const entries: readonly unknown[] = parent;
    const names = entries.map(entryName);
    const index = /^\d+$/.test(segment) ? Number(segment) : names.indexOf(segment);
    if (index >= 0 && index < entries.length) return index;
    const known = names.filter((name) => name !== undefined);
    throw refuse(
      origin,
      `\`${where}\` has no entry ${quoted(segment)}`,
      didYouMean(segment, known) ?? `it has ${entries.length} entries, counted from 0`,
    );
  }
  if (typeof parent === 'object' && parent !== null) return segment;
  throw refuse(origin, `\`${where}\` is a single value, it has no key ${quoted(segment)}`);
}

function entryName(entry: unknown): string | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined;
  for (const key of ['id', 'name', 'flow']) {
    const name: unknown = Reflect.get(entry, key);
    if (typeof name === 'string') return name;
  }
  return undefined;
}
