// The words of complaints about types and sizes: what was expected at a place, what was found there.

import type { z } from 'zod';

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys',
  record: 'a map of keys',
  null: 'null',
};

export const nameOfType = (type: string): string => typeNames[type] ?? type;

/** `the number 5`, `the text "x"`, `a list`, … */
function nameOfValue(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map of keys';
  if (typeof value === 'string') return `the text ${quoted(value)}`;
  return typeof value === 'number' ? `the number ${value}` : JSON.stringify(value);
}

/** Text in quotes, cut where it stops being helpful. */
export const quoted = (text: string): string =>
  JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text);

export const expectedMessage = (wanted: string, found: unknown): string =>
  `expected ${wanted}, found ${nameOfValue(found)}`;

type SizeIssue = z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig;

const counted: Readonly<Record<string, string>> = {
  array: 'entries',
  string: 'characters',
  object: 'keys',
  record: 'keys',
};

/** `must be at least 1`, `needs at least 1 entries`; empty lists and texts get their own words. */
export function sizeMessage(issue: SizeIssue): string {
  const least = issue.code === 'too_small';
  const bound = Number(least ? issue.minimum : issue.maximum);
  const things = counted[issue.origin];
  if (least && bound === 1 && things !== undefined) return 'must not be empty';
  const strictly = issue.inclusive === false;
  const words = least ? (strictly ? 'more than' : 'at least') : strictly ? 'less than' : 'at most';
  return things === undefined ? `must be ${words} ${bound}` : `must have ${words} ${bound} ${things}`;
}
