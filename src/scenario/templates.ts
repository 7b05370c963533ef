// The small language of `{{…}}` in steps: names, fields and a few functions, compiled once; it cannot run code.

import type { JsonTemplate, TemplateCompiler, TextTemplate } from '../engines/engine.ts';
import { UnresolvedValue } from '../engines/unresolved.ts';
import type { Json } from '../kernel/json.ts';
import type { TemplateReference, TemplateValue } from './template-values.ts';
import { TemplateError, templateValue, textOf } from './template-values.ts';

type Part = string | TemplateValue;

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
    parts.push(templateValue(source.slice(open + 2, close), open + 2));
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
  return parse(source).flatMap((part) => (typeof part === 'string' ? [] : part.references));
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
        text += typeof part === 'string' ? part : textOf(part.source, part.evaluate(scope));
      return text;
    },
  };
}

/** What a hook keeps may be a function or a symbol: JSON would leave its field out without a word. */
function jsonOf(path: string, value: unknown): Json {
  if (typeof value !== 'function' && typeof value !== 'symbol') return value as Json;
  throw new UnresolvedValue(path, `is a ${typeof value}, which cannot be sent`);
}

/** A string that is one placeholder and nothing else keeps the type of its value: a captured 7 stays a number. */
function compileJsonString(source: string): JsonTemplate {
  const [only, ...rest] = parse(source);
  if (only !== undefined && typeof only !== 'string' && rest.length === 0) {
    return { fixed: undefined, render: (scope) => jsonOf(only.source, only.evaluate(scope)) };
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
