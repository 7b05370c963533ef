// Cuts a condition into words: names, literals, operators and brackets, each with its place.

import { MettleError } from '../kernel/errors.ts';
import type { Json } from '../kernel/json.ts';
import { literalOf } from './template-values.ts';

/** A condition that cannot be compiled; `offset` counts UTF-16 units from its start. */
export class ConditionError extends MettleError {
  readonly offset: number;

  constructor(offset: number, message: string, hint?: string) {
    super({ code: 'CONDITION_SYNTAX', message, hint });
    this.offset = offset;
  }
}

export type Operator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'contains';

export type Word = { readonly offset: number; readonly text: string } & (
  | { readonly kind: 'literal'; readonly value: Json }
  /** A name, or a call such as `random.int(1, 10)`. */
  | { readonly kind: 'value' }
  | { readonly kind: 'operator'; readonly operator: Operator }
  | { readonly kind: 'and' | 'or' | 'not' | '(' | ')' | 'end' }
);

const operators: readonly string[] = ['==', '!=', '<', '<=', '>', '>=', 'contains'] satisfies Operator[];
const isOperator = (text: string): text is Operator => operators.includes(text);

/** How other languages write it, and how it is written here. */
const elsewhere: Readonly<Record<string, string>> = {
  '=': '==',
  '===': '==',
  '!==': '!=',
  '<>': '!=',
  '=>': '>=',
  '=<': '<=',
  '&&': 'and',
  '&': 'and',
  '||': 'or',
  '|': 'or',
  '!': 'not',
  AND: 'and',
  OR: 'or',
  NOT: 'not',
};

const shapes =
  /\s+|(?<text>"[^"]*"|'[^']*')|(?<number>-?\d[\w.]*)|(?<call>[A-Za-z_][\w.]*\([^()]*\))|(?<name>[A-Za-z_][\w-]*(?:\.[\w-]+)*)|(?<bracket>[()])|(?<sign>[=!<>&|]+)/y;

function wordOf(groups: Readonly<Record<string, string | undefined>>, text: string, offset: number): Word {
  const at = { offset, text };
  if (groups['bracket'] !== undefined) return { ...at, kind: text === '(' ? '(' : ')' };
  if (isOperator(text)) return { ...at, kind: 'operator', operator: text };
  if (text === 'and' || text === 'or' || text === 'not') return { ...at, kind: text };
  const meant = Object.hasOwn(elsewhere, text) ? elsewhere[text] : undefined;
  if (meant !== undefined)
    throw new ConditionError(offset, `"${text}" is not known here`, `write "${meant}"`);
  if (groups['sign'] !== undefined) {
    throw new ConditionError(
      offset,
      `"${text}" is not known here`,
      `known: ${operators.join(', ')}, and, or, not`,
    );
  }
  const literal = groups['call'] === undefined ? literalOf(text) : undefined;
  if (literal !== undefined) return { ...at, kind: 'literal', value: literal };
  if (groups['number'] !== undefined) {
    throw new ConditionError(
      offset,
      `"${text}" is not a number`,
      'numbers have no unit, and text stands in quotes',
    );
  }
  return { ...at, kind: 'value' };
}

/** Ends with a word of kind `end`. Throws ConditionError. */
export function conditionWords(source: string): Word[] {
  const words: Word[] = [];
  shapes.lastIndex = 0;
  while (shapes.lastIndex < source.length) {
    const offset = shapes.lastIndex;
    const match = shapes.exec(source);
    if (match === null) throw strange(source, offset);
    const [text] = match;
    if (text.trim() !== '') words.push(wordOf(match.groups ?? {}, text, offset));
  }
  return [...words, { kind: 'end', offset: source.length, text: '' }];
}

function strange(source: string, offset: number): ConditionError {
  if (source.startsWith('{{', offset)) {
    return new ConditionError(
      offset,
      'names stand without braces in a condition',
      'write status, not {{status}}',
    );
  }
  const character = source.slice(offset, offset + 1);
  if (character === '"' || character === "'")
    return new ConditionError(offset, 'a text that is never closed');
  return new ConditionError(offset, `"${character}" is not known here`);
}
