// Which of the target's own series a promise speaks of, as Prometheus writes it: `name{label="x",code!="500"}`.

import { Refusal, restOf, skipSpace, take } from './cursor.ts';
import type { Cursor } from './cursor.ts';

type LabelOperator = '=' | '!=' | '=~' | '!~';

export interface LabelMatch {
  readonly label: string;
  readonly operator: LabelOperator;
  /** Text, or a regular expression for `=~` and `!~`. */
  readonly value: string;
}

export interface Selector {
  readonly name: string;
  readonly labels: readonly LabelMatch[];
}

const longestPattern = 100;

/** Without groups nothing can be repeated that repeats, so that no pattern takes long on a label. */
const simplePattern = /^[\w\s.,:;/@%&=~"'|*+?[\]^$\\-]*$/;

function checkPattern(pattern: string, at: number): void {
  const simple = simplePattern.test(pattern) && pattern.length <= longestPattern;
  if (!simple) {
    throw new Refusal(
      `the pattern \`${pattern}\` is not simple enough`,
      at,
      `up to ${longestPattern} characters, without groups: \`5..\`, \`GET|POST\``,
    );
  }
  try {
    new RegExp(`^(?:${pattern})$`, 'u');
  } catch {
    throw new Refusal(`\`${pattern}\` is not a regular expression`, at, 'e.g. `5..` or `GET|POST`');
  }
}

/** `"…"` or `'…'`, with `\"`, `\\` and `\n`. */
function quotedValue(cursor: Cursor, label: string): { value: string; at: number } {
  skipSpace(cursor);
  const at = cursor.at;
  const quote = cursor.text[at];
  if (quote !== '"' && quote !== "'")
    throw new Refusal(`the value of \`${label}\` is not quoted`, at, `write \`${label}="…"\``);
  const written = take(cursor, quote === '"' ? /"(?:[^"\\]|\\[^])*"/y : /'(?:[^'\\]|\\[^])*'/y);
  if (written === null) throw new Refusal('this quote is never closed', at, `add \`${quote}\``);
  const value = written.slice(1, -1).replace(/\\([^])/g, (_all, escaped: string) => {
    return escaped === 'n' ? '\n' : escaped === quote || escaped === '\\' ? escaped : `\\${escaped}`;
  });
  return { value, at };
}

function matchOf(cursor: Cursor): LabelMatch {
  skipSpace(cursor);
  const at = cursor.at;
  const label = take(cursor, /[A-Za-z_]\w*/y);
  if (label === null) throw new Refusal('expected a label', at, 'e.g. `{route="/query"}`');
  skipSpace(cursor);
  const operatorAt = cursor.at;
  const operator = take(cursor, /[=!~<>]+/y);
  if (operator !== '=' && operator !== '!=' && operator !== '=~' && operator !== '!~') {
    throw new Refusal(
      operator === null ? `\`${label}\` is not compared with anything` : `unknown operator \`${operator}\``,
      operatorAt,
      'use `=`, `!=`, `=~` or `!~`',
    );
  }
  const { value, at: valueAt } = quotedValue(cursor, label);
  if (operator.includes('~')) checkPattern(value, valueAt + 1);
  return { label, operator, value };
}

function labelsOf(cursor: Cursor): LabelMatch[] {
  skipSpace(cursor);
  const open = cursor.at;
  if (take(cursor, /\{/y) === null) return [];
  const labels: LabelMatch[] = [];
  while (take(cursor, /\}/y) === null) {
    skipSpace(cursor);
    if (restOf(cursor) === '')
      throw new Refusal('this `{` is never closed', open, 'add `}` after the labels');
    labels.push(matchOf(cursor));
    if (take(cursor, /,/y) !== null) continue;
    skipSpace(cursor);
    const next = cursor.text[cursor.at];
    if (next !== undefined && next !== '}')
      throw new Refusal('expected `,` or `}`', cursor.at, 'labels stand apart by commas');
  }
  return labels;
}

/** Reads a selector where the cursor stands. Throws Refusal. */
export function readSelector(cursor: Cursor): Selector {
  skipSpace(cursor);
  const at = cursor.at;
  const name = take(cursor, /[A-Za-z_:][\w:]*/y);
  if (name === null)
    throw new Refusal("expected the name of one of the target's metrics", at, 'e.g. `metric(pool_in_use)`');
  skipSpace(cursor);
  if (cursor.text[cursor.at] === '(')
    throw new Refusal(
      `\`${name}(…)\` is not the name of a metric`,
      at,
      'name a series alone: counters are read as rates, histograms by `p95`',
    );
  const labels = labelsOf(cursor);
  skipSpace(cursor);
  if (cursor.text[cursor.at] === '[')
    throw new Refusal('a range has no place here', cursor.at, 'leave it out: `during` and `over` say when');
  return { name, labels };
}

/** A subject that was parsed before. */
export const parseSelector = (subject: string): Selector => readSelector({ text: subject, at: 0 });

const escaped = (value: string): string =>
  value.replace(/[\\"]/g, (character) => `\\${character}`).replaceAll('\n', String.raw`\n`);

/** `http_requests_total{route="/query",code!="500"}`, as subjects of measures are written. */
export function printSelector({ name, labels }: Selector): string {
  if (labels.length === 0) return name;
  const matches = labels.map(({ label, operator, value }) => `${label}${operator}"${escaped(value)}"`);
  return `${name}{${matches.join(',')}}`;
}
