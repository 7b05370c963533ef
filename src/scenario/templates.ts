// The small language of `{{…}}` in steps: names, fields and a few functions, compiled once; it cannot run code.

import type { JsonTemplate, Scope, TemplateCompiler, TextTemplate } from '../engines/engine.ts';
import { UnresolvedValue } from '../engines/unresolved.ts';
import { MettleError } from '../kernel/errors.ts';
import type { Json } from '../kernel/json.ts';
import type { Random } from '../kernel/random.ts';
import { randomInteger } from '../kernel/random.ts';

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
}

/** Names that always have a meaning; feeds and captures must not be called so. */
export const reservedNames = ['env', 'iteration', 'now', 'random', 'sent', 'user', 'uuid'] as const;

type Evaluate = (scope: Scope) => unknown;

interface Placeholder {
  readonly path: string;
  readonly offset: number;
  readonly evaluate: Evaluate;
}

type Part = string | Placeholder;

const functions = 'random.int(low, high) and random.pick(a, b, …)';

const read =
  (path: string): Evaluate =>
  (scope) => {
    const value = scope.get(path);
    if (value === undefined) throw new UnresolvedValue(path);
    return value;
  };

/** The scope hands out its seeded generator under the name `random`. */
function randomOf(scope: Scope): Random {
  const random = scope.get('random');
  if (typeof random !== 'function') throw new UnresolvedValue('random');
  return random as Random;
}

function callOf(name: string, written: string, offset: number): Evaluate {
  const items = written.split(',').map((item) => item.trim());
  if (items.includes('')) throw new TemplateError(offset, `{{${name}(…)}} has an empty argument`);
  if (name === 'random.pick') return (scope) => items[randomInteger(randomOf(scope), 0, items.length - 1)];
  if (name !== 'random.int') {
    throw new TemplateError(offset, `"${name}" is not a function of templates`, `There are ${functions}.`);
  }
  const [low = Number.NaN, high = Number.NaN] = items.map((item) =>
    /^-?\d+$/.test(item) ? Number(item) : Number.NaN,
  );
  if (items.length !== 2 || !(low <= high) || !Number.isSafeInteger(low) || high - low >= 2 ** 32) {
    throw new TemplateError(
      offset,
      'random.int takes two whole numbers, the lower one first and less than 2^32 apart',
      'For example {{random.int(1, 10)}}.',
    );
  }
  return (scope) => randomInteger(randomOf(scope), low, high);
}

const namePattern = /^[A-Za-z_][\w-]*(?:\.[A-Za-z0-9_][\w-]*)*$/;
const callPattern = /^([A-Za-z_][\w.]*)\((.*)\)$/s;
const plainBuiltins: ReadonlySet<string> = new Set(['iteration', 'now', 'now.ms', 'user', 'uuid']);

function placeholderOf(inner: string, innerOffset: number): Placeholder {
  const path = inner.trim();
  const offset = innerOffset + inner.length - inner.trimStart().length;
  const call = callPattern.exec(path);
  if (call !== null) return { path, offset, evaluate: callOf(call[1] ?? '', call[2] ?? '', offset) };
  if (!namePattern.test(path)) {
    const what = path === '' ? 'an empty placeholder' : `"${path}" is not a name`;
    throw new TemplateError(offset, `${what}: expected a name such as {{questions.text}} or ${functions}`);
  }
  const root = path.split('.', 1)[0] ?? '';
  if (root === 'random')
    throw new TemplateError(offset, `"${path}" needs arguments`, `There are ${functions}.`);
  if (['iteration', 'now', 'user', 'uuid'].includes(root) && !plainBuiltins.has(path)) {
    throw new TemplateError(offset, `"${path}" is unknown: "${root}" has no such field`);
  }
  if (root === 'env' && path.split('.').length !== 2) {
    throw new TemplateError(offset, `"${path}" is not a variable such as {{env.API_TOKEN}}`);
  }
  return { path, offset, evaluate: read(path) };
}

/** Literal text and placeholders in turn. `\{{` stands for `{{`. */
function parse(source: string): Part[] {
  const parts: Part[] = [];
  let literal = '';
  let position = 0;
  for (let open = source.indexOf('{{'); open !== -1; open = source.indexOf('{{', position)) {
    if (source[open - 1] === '\\' && open > position) {
      literal += `${source.slice(position, open - 1)}{{`;
      position = open + 2;
      continue;
    }
    const close = source.indexOf('}}', open + 2);
    if (close === -1) {
      throw new TemplateError(
        open,
        '"{{" is never closed',
        'Close it with "}}", or write "\\{{" for the two braces.',
      );
    }
    literal += source.slice(position, open);
    if (literal !== '') parts.push(literal);
    literal = '';
    parts.push(placeholderOf(source.slice(open + 2, close), open + 2));
    position = close + 2;
  }
  literal += source.slice(position);
  if (literal !== '') parts.push(literal);
  return parts;
}

/**
 * The names that a text reads and that somebody must provide (feeds, captures, `env.*`), in order; built-in names and
 * `sent.*` are left out. Throws TemplateError where the text is not a template.
 */
export function templateReferences(source: string): TemplateReference[] {
  return parse(source).flatMap((part) => {
    if (typeof part === 'string' || part.path.includes('(')) return [];
    const root = part.path.split('.', 1)[0] ?? '';
    const builtIn = root !== 'env' && reservedNames.some((name) => name === root);
    return builtIn ? [] : [{ path: part.path, offset: part.offset }];
  });
}

function textOf(path: string, value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) throw new UnresolvedValue(path);
  return JSON.stringify(value);
}

function compileText(source: string): TextTemplate {
  const parts = parse(source);
  if (parts.every((part) => typeof part === 'string')) {
    const fixed = parts.join('');
    return { fixed, render: () => fixed };
  }
  return {
    fixed: undefined,
    render: (scope) => {
      let text = '';
      for (const part of parts)
        text += typeof part === 'string' ? part : textOf(part.path, part.evaluate(scope));
      return text;
    },
  };
}

/** A string that is one placeholder and nothing else keeps the type of its value: a captured 7 stays a number. */
function compileJsonString(source: string): JsonTemplate {
  const [only, ...rest] = parse(source);
  if (only !== undefined && typeof only !== 'string' && rest.length === 0) {
    return { fixed: undefined, render: (scope) => only.evaluate(scope) as Json };
  }
  return compileText(source);
}

const fixedJson = (value: Json): JsonTemplate => ({ fixed: value, render: () => value });

function compileJson(value: Json): JsonTemplate {
  if (typeof value === 'string') return compileJsonString(value);
  if (typeof value !== 'object' || value === null) return fixedJson(value);
  if (Array.isArray(value)) {
    const items = value.map(compileJson);
    if (items.every((item) => item.fixed !== undefined))
      return fixedJson(items.map((item) => item.fixed as Json));
    return { fixed: undefined, render: (scope) => items.map((item) => item.render(scope)) };
  }
  const fields = Object.entries(value).map(([key, item]) => [key, compileJson(item)] as const);
  if (fields.every(([, item]) => item.fixed !== undefined)) {
    return fixedJson(Object.fromEntries(fields.map(([key, item]) => [key, item.fixed as Json])));
  }
  return {
    fixed: undefined,
    render: (scope) => Object.fromEntries(fields.map(([key, item]) => [key, item.render(scope)])),
  };
}

/** Compiles templates; both functions throw TemplateError. Keys of objects are not templates. */
export const templates: TemplateCompiler = { text: compileText, json: compileJson };
