// Reads request bodies the way Toxiproxy does: any content type, keys in any case, unknown keys ignored, null = not given.

import { badBody } from './api-error.ts';

/** An object's members by lower-cased key; members that are null are left out. */
export type Fields = ReadonlyMap<string, unknown>;

/** Throws ApiError 400 when the text is not JSON. */
export function parseJson(text: string): unknown {
  if (text.trim() === '') throw badBody('EOF');
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw badBody(error instanceof Error ? error.message : String(error));
  }
}

/** Throws ApiError 400 unless the value is an object or null. */
export function fieldsOf(value: unknown, what: string): Fields {
  if (value === null || value === undefined) return new Map();
  if (typeof value !== 'object' || Array.isArray(value)) throw wrongType(value, what, 'an object');
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return new Map(members.map(([key, member]): [string, unknown] => [key.toLowerCase(), member]));
}

/** Halves of surrogate pairs become U+FFFD, as Go decodes them: a name that no URL can hold could never be removed. */
export function textField(fields: Fields, key: string): string | undefined {
  const value = fields.get(key);
  if (value === undefined) return undefined;
  if (typeof value === 'string') return value.replaceAll(/\p{Surrogate}/gu, '\uFFFD');
  throw wrongType(value, key, 'a string');
}

export function flagField(fields: Fields, key: string): boolean | undefined {
  const value = fields.get(key);
  if (value === undefined || typeof value === 'boolean') return value;
  throw wrongType(value, key, 'true or false');
}

/** A number in [min, max]; `whole` refuses fractions. */
export function numberField(
  fields: Fields,
  key: string,
  range: { readonly min: number; readonly max: number; readonly whole: boolean },
): number | undefined {
  const value = fields.get(key);
  if (value === undefined) return undefined;
  if (typeof value !== 'number') throw wrongType(value, key, 'a number');
  if (range.whole && !Number.isInteger(value)) throw badBody(`${key} must be a whole number, got ${value}`);
  if (value < range.min || value > range.max) {
    throw badBody(`${key} must be between ${range.min} and ${range.max}, got ${value}`);
  }
  return value;
}

function wrongType(value: unknown, what: string, expected: string): Error {
  const got = Array.isArray(value) ? 'array' : typeof value;
  return badBody(`${what} must be ${expected}, got ${got}`);
}
