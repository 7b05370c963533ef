// Fills `{{name}}` in the entries of an experiment, and remembers which characters came from which parameter.

import type { Plain } from './experiment-schema.ts';

export type Values = Readonly<Record<string, Plain>>;

const placeholder = /\{\{\s*(\w+)\s*\}\}/g;
const whole = /^\{\{\s*(\w+)\s*\}\}$/;

/** Every parameter that a text names, in its order. */
export const namesIn = (text: string): string[] =>
  [...text.matchAll(placeholder)].map(([, name]) => name ?? '');

/** A text that is a placeholder and nothing else becomes the value itself, whatever its type. */
export function fillText(text: string, values: Values): Plain {
  const alone = whole.exec(text.trim())?.[1];
  if (alone !== undefined) return values[alone] ?? text;
  return text.replace(placeholder, (written, name: string) => String(values[name] ?? written));
}

/** The same for all texts of an entry, keys excepted. */
export function fillAll(value: unknown, values: Values): unknown {
  if (typeof value === 'string') return fillText(value, values);
  if (Array.isArray(value)) return value.map((entry: unknown) => fillAll(entry, values));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, fillAll(entry, values)]));
}

/**
 * The parameter that a character of the filled text comes from; null: the text's own words. Without an offset the text
 * as a whole is meant, which is a parameter's only where it is nothing else.
 */
export function parameterAt(text: string, values: Values, offset: number | undefined): string | null {
  const alone = whole.exec(text.trim())?.[1];
  if (alone !== undefined) return alone;
  if (offset === undefined) return null;
  let at = 0;
  let readUntil = 0;
  for (const match of text.matchAll(placeholder)) {
    at += match.index - readUntil;
    readUntil = match.index + match[0].length;
    const name = match[1] ?? '';
    const length = String(values[name] ?? match[0]).length;
    if (offset >= at && offset < at + length) return name;
    at += length;
  }
  return null;
}
