// The small language of `if` and `until`: names compared with values, joined by and, or and not; it cannot run code.

import type { Scope } from '../engines/engine.ts';
import { sameJson } from '../engines/json-path.ts';
import { jsonText, UnresolvedValue } from '../engines/unresolved.ts';
import { isSensitiveName } from '../kernel/redact.ts';
import type { Operator, Word } from './condition-words.ts';
import { ConditionError, conditionWords } from './condition-words.ts';
import type { TemplateReference } from './template-values.ts';
import { TemplateError, templateValue } from './template-values.ts';

export interface Condition {
  /** As written. */
  readonly source: string;
  /** The names it reads that somebody must provide. */
  readonly references: readonly TemplateReference[];
  /** Never throws for what a value is; throws UnresolvedValue when a feed it reads has run out. */
  holds(scope: Scope): boolean;
  /** ` (status is "pending")`: what it was asked of, redacted; empty when nothing may be shown. */
  values(scope: Scope): string;
}

type Test = (scope: Scope) => boolean;
type Read = (scope: Scope) => unknown;

/** A name without a value counts as null. */
const readOf = (path: string, evaluate: Read): Read =>
  path.includes('(') ? evaluate : (scope) => scope.get(path) ?? null;

/** Captures of headers, and cells of CSV files, are text: a text that is a number counts as one beside a number. */
const numberOf = (value: unknown): number => {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || !/^\s*-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\s*$/.test(value)) return Number.NaN;
  return Number(value);
};

function equal(left: unknown, right: unknown): boolean {
  if (sameJson(left, right)) return true;
  if (typeof left === typeof right) return false;
  if (typeof left === 'number' || typeof right === 'number') return numberOf(left) === numberOf(right);
  if (typeof left === 'boolean') return right === String(left);
  return typeof right === 'boolean' && left === String(right);
}

/** Numbers by size, other texts by their letters (dates as ISO 8601 are in order); nothing else has an order. */
function inOrder(left: unknown, right: unknown, test: (order: number) => boolean): boolean {
  const difference = numberOf(left) - numberOf(right);
  if (!Number.isNaN(difference)) return test(difference);
  if (typeof left !== 'string' || typeof right !== 'string') return false;
  return test(left < right ? -1 : Number(left > right));
}

function contains(whole: unknown, part: unknown): boolean {
  if (Array.isArray(whole)) return whole.some((item) => equal(item, part));
  return (
    typeof whole === 'string' && ['string', 'number'].includes(typeof part) && whole.includes(String(part))
  );
}

const compare: Readonly<Record<Operator, (left: unknown, right: unknown) => boolean>> = {
  '==': equal,
  '!=': (left, right) => !equal(left, right),
  '<': (left, right) => inOrder(left, right, (order) => order < 0),
  '<=': (left, right) => inOrder(left, right, (order) => order <= 0),
  '>': (left, right) => inOrder(left, right, (order) => order > 0),
  '>=': (left, right) => inOrder(left, right, (order) => order >= 0),
  contains,
};

/** Alone, a value holds unless it is missing, null, false, 0 or an empty text. */
const isTrue = (value: unknown): boolean => value !== undefined && Boolean(value);

/** One pass over the words, from left to right. */
class Parser {
  readonly references: TemplateReference[] = [];
  readonly names: string[] = [];
  readonly #words: readonly Word[];
  #at = 0;

  constructor(words: readonly Word[]) {
    this.#words = words;
  }

  whole(): Test {
    const test = this.#either();
    const rest = this.#next();
    if (rest.kind === 'end') return test;
    const message = `"${rest.text}" is not expected here`;
    throw new ConditionError(rest.offset, message, 'comparisons are joined by "and" or "or"');
  }

  #peek(): Word {
    return this.#words[this.#at] ?? { kind: 'end', offset: 0, text: '' };
  }

  #next(): Word {
    const word = this.#peek();
    this.#at += 1;
    return word;
  }

  #either(): Test {
    let left = this.#both();
    while (this.#peek().kind === 'or') {
      this.#next();
      const [first, second] = [left, this.#both()];
      left = (scope) => first(scope) || second(scope);
    }
    return left;
  }

  #both(): Test {
    let left = this.#single();
    while (this.#peek().kind === 'and') {
      this.#next();
      const [first, second] = [left, this.#single()];
      left = (scope) => first(scope) && second(scope);
    }
    return left;
  }

  #single(): Test {
    const { kind } = this.#peek();
    if (kind === 'not') {
      this.#next();
      const inner = this.#single();
      return (scope) => !inner(scope);
    }
    if (kind !== '(') return this.#comparison();
    const open = this.#next();
    const inner = this.#either();
    if (this.#next().kind !== ')') throw new ConditionError(open.offset, '"(" is never closed');
    return inner;
  }

  #comparison(): Test {
    const left = this.#operand();
    const word = this.#peek();
    if (word.kind !== 'operator') return (scope) => isTrue(left(scope));
    this.#next();
    const right = this.#operand();
    const test = compare[word.operator];
    return (scope) => test(left(scope), right(scope));
  }

  #operand(): Read {
    const word = this.#next();
    if (word.kind === 'literal') return () => word.value;
    if (word.kind !== 'value') {
      const found = word.kind === 'end' ? 'the end' : `"${word.text}"`;
      throw new ConditionError(word.offset, `expected a name or a value, found ${found}`);
    }
    if (word.text.includes('(') && !word.text.startsWith('random.')) {
      const message = `${word.text} is not known here: a condition compares names with values`;
      throw new ConditionError(
        word.offset,
        message,
        'of the functions it knows those that draw, e.g. random.int(1, 100)',
      );
    }
    try {
      const { source, references, evaluate } = templateValue(word.text, word.offset);
      this.references.push(...references.map((reference) => ({ ...reference, optional: true })));
      if (!source.includes('(')) this.names.push(source);
      return readOf(source, evaluate);
    } catch (thrown) {
      if (!(thrown instanceof TemplateError)) throw thrown;
      throw new ConditionError(thrown.offset, thrown.message, thrown.hint);
    }
  }
}

const longestShown = 60;

function shown(name: string, scope: Scope): string[] {
  if (isSensitiveName(name) || name.startsWith('env.')) return [];
  const value = scope.get(name);
  const text = value === undefined ? 'not set' : jsonText(value, name);
  return [`${name} is ${text.length > longestShown ? `${text.slice(0, longestShown)}…` : text}`];
}

/** `redact` goes over values that are shown. Throws ConditionError. */
export function compileCondition(
  source: string,
  redact: (text: string) => string = (text) => text,
): Condition {
  const parser = new Parser(conditionWords(source));
  const holds = parser.whole();
  const names = [...new Set(parser.names)];
  return {
    source,
    references: parser.references,
    holds,
    values: (scope) => {
      try {
        const all = names.flatMap((name) => shown(name, scope)).join(', ');
        return all === '' ? '' : ` (${redact(all)})`;
      } catch (thrown) {
        if (thrown instanceof UnresolvedValue) return '';
        throw thrown;
      }
    },
  };
}
