// What may stand between the braces of a template, and in a condition: names, defaults, functions; compiled once.

import type { Scope } from '../engines/engine.ts';
import { jsonText, UnresolvedValue } from '../engines/unresolved.ts';
import { MettleError } from '../kernel/errors.ts';
import type { Json } from '../kernel/json.ts';
import { didYouMean } from '../kernel/suggest.ts';
import { parseDuration } from '../kernel/units.ts';
import { randomFunctions } from './template-random.ts';

/** A template that cannot be compiled; `offset` counts UTF-16 units from the start of its text. */
export class TemplateError extends MettleError {
  readonly offset: number;

  constructor(offset: number, message: string, hint?: string) {
    super({ code: 'TEMPLATE_SYNTAX', message, hint });
    this.offset = offset;
  }
}

/** A name that a template reads from a feed, a capture or the environment. */
export interface TemplateReference {
  /** `questions.text`, `answerId`, `env.RAG_TOKEN`. */
  readonly path: string;
  /** Where the name begins in the text. */
  readonly offset: number;
  /** True when there is something to fall back on: it need not have a value. */
  readonly optional: boolean;
}

/** Names that always have a meaning; feeds and captures must not be called so. */
export const reservedNames = ['env', 'iteration', 'now', 'random', 'sent', 'user', 'uuid'] as const;

type Evaluate = (scope: Scope) => unknown;

export interface TemplateValue {
  /** As written, for messages. */
  readonly source: string;
  /** The names it reads that somebody must provide; built-in names and `sent.*` are left out. */
  readonly references: readonly TemplateReference[];
  /** Throws UnresolvedValue. */
  readonly evaluate: Evaluate;
}

/** Functions of one value. */
const valueFunctions: Readonly<Record<string, (text: string) => string>> = {
  base64: (text) => Buffer.from(text).toString('base64'),
  // Half a surrogate pair is no character: it becomes the replacement character, and is no reason to throw.
  urlencode: (text) => encodeURIComponent(Buffer.from(text).toString()),
};

const functionNames = [...Object.keys(randomFunctions), ...Object.keys(valueFunctions)];
const functions = [
  ...Object.values(randomFunctions).map(({ usage }) => usage),
  ...Object.keys(valueFunctions).map((name) => `${name}(name)`),
].join(', ');

const namePattern = /^[A-Za-z_][\w-]*(?:\.[A-Za-z0-9_][\w-]*)*$/;
const callPattern = /^([A-Za-z_][\w.]*)\((.*)\)$/s;
const momentPattern = /^now(\.m?s)?\s*([+-])\s*([^\s].*)$/s;
const fields: Readonly<Record<string, readonly string[]>> = {
  iteration: ['iteration'],
  now: ['now', 'now.ms', 'now.s'],
  user: ['user'],
  uuid: ['uuid'],
};

/** Text as it stands inside other text. Throws UnresolvedValue for null. */
export function textOf(path: string, value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) throw new UnresolvedValue(path);
  return jsonText(value, path, `{{${path}}}`);
}

/** `"text"` and `'text'` without their quotes; numbers, true, false and null as such; undefined for anything else. */
export function literalOf(written: string): Json | undefined {
  const quoted = /^(["'])(.*)\1$/s.exec(written);
  if (quoted !== null) return quoted[2] ?? '';
  if (/^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(written)) return Number(written);
  return { true: true, false: false, null: null }[written];
}

function nameValue(path: string, offset: number): TemplateValue {
  if (!namePattern.test(path)) {
    const what = path === '' ? 'an empty placeholder' : `"${path}" is not a name`;
    throw new TemplateError(
      offset,
      `${what}: expected a name such as {{questions.text}}, or one of ${functions}`,
    );
  }
  const root = path.split('.', 1)[0] ?? '';
  if (root === 'random' || Object.hasOwn(valueFunctions, path)) {
    throw new TemplateError(offset, `"${path}" needs arguments`, `There are ${functions}.`);
  }
  const known = Object.hasOwn(fields, root) ? fields[root] : undefined;
  if (known !== undefined && !known.includes(path)) {
    throw new TemplateError(offset, `"${path}" is unknown: "${root}" has no such field`);
  }
  if (root === 'env' && path.split('.').length !== 2) {
    throw new TemplateError(offset, `"${path}" is not a variable such as {{env.API_TOKEN}}`);
  }
  const builtIn = root !== 'env' && reservedNames.some((name) => name === root);
  const evaluate: Evaluate = (scope) => {
    const value = scope.get(path);
    if (value === undefined) throw new UnresolvedValue(path);
    return value;
  };
  return { source: path, references: builtIn ? [] : [{ path, offset, optional: false }], evaluate };
}

/** `{{answerId | none}}`: what follows the bar stands in where there is no value. */
function withDefault(source: string, bar: number, offset: number): TemplateValue {
  const written = source.slice(bar + 1).trim();
  if (written === '') throw new TemplateError(offset, 'an empty default', 'Write "" for an empty text.');
  const literal = literalOf(written);
  const fallback = literal === undefined ? written : literal;
  const path = source.slice(0, bar).trim();
  const { references } = nameValue(path, offset);
  return {
    source: path,
    references: references.map((reference) => ({ ...reference, optional: true })),
    evaluate: (scope) => scope.get(path) ?? fallback,
  };
}

/** `{{now + 5m}}`, `{{now.s - 1h}}`. */
function momentValue(source: string, [, form, sign, span]: RegExpExecArray, offset: number): TemplateValue {
  const micros = parseDuration(span ?? '');
  if (micros === undefined) {
    throw new TemplateError(offset, `"${span ?? ''}" is not a duration`, 'For example {{now + 5m}}.');
  }
  const shiftMs = (sign === '-' ? -1 : 1) * (micros / 1000);
  const evaluate: Evaluate = (scope) => {
    const atMs = Number(scope.get('now.ms')) + shiftMs;
    if (form === '.ms') return Math.floor(atMs);
    return form === '.s' ? Math.floor(atMs / 1000) : new Date(atMs).toISOString();
  };
  return { source, references: [], evaluate };
}

function callValue(source: string, name: string, written: string, offset: number): TemplateValue {
  const convert = Object.hasOwn(valueFunctions, name) ? valueFunctions[name] : undefined;
  if (convert !== undefined) {
    const inner = templateValue(written, offset + name.length + 1);
    return {
      source,
      references: inner.references,
      evaluate: (scope) => convert(textOf(inner.source, inner.evaluate(scope))),
    };
  }
  const random = Object.hasOwn(randomFunctions, name) ? randomFunctions[name] : undefined;
  if (random === undefined) {
    const near = didYouMean(name, functionNames);
    throw new TemplateError(
      offset,
      `"${name}" is not a function of templates`,
      near ?? `There are ${functions}.`,
    );
  }
  const items = written.split(',').map((item) => item.trim());
  if (items.includes('')) throw new TemplateError(offset, `{{${name}(…)}} has an empty argument`);
  const compiled = random.compile(items);
  if (typeof compiled === 'string')
    throw new TemplateError(offset, compiled, `For example {{${random.usage}}}.`);
  return { source, references: [], evaluate: compiled };
}

/** Compiles what stands at `offset` of a text, spaces around it included. Throws TemplateError. */
export function templateValue(inner: string, innerOffset: number): TemplateValue {
  const source = inner.trim();
  const offset = innerOffset + inner.length - inner.trimStart().length;
  const call = callPattern.exec(source);
  if (call !== null) return callValue(source, call[1] ?? '', call[2] ?? '', offset);
  const bar = source.indexOf('|');
  if (bar !== -1) return withDefault(source, bar, offset);
  const moment = momentPattern.exec(source);
  return moment === null ? nameValue(source, offset) : momentValue(source, moment, offset);
}
