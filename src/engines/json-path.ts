// JSONPath (RFC 9535) compiled once; the plain ones ($.a.b[0]), which are nearly all, without a general evaluator.

import type { JSONValue } from 'json-p3';
import { compile } from 'json-p3';
import type { Json } from '../kernel/json.ts';

/** The values that a path selects in a JSON value; empty when there are none. */
export type Select = (value: unknown) => readonly unknown[];

const plainPath = /^\$(?:\.[A-Za-z_]\w*|\[\d{1,9}\])*$/;

function plainSelect(path: string): Select {
  const steps = [...path.matchAll(/\.([A-Za-z_]\w*)|\[(\d+)\]/g)].map(
    ([, name, index]) => name ?? Number(index),
  );
  return (value) => {
    let current = value;
    for (const step of steps) {
      if (typeof current !== 'object' || current === null) return [];
      if (typeof step === 'number' ? !Array.isArray(current) : Array.isArray(current)) return [];
      if (!Object.hasOwn(current, step)) return [];
      current = (current as Readonly<Record<string | number, unknown>>)[step];
    }
    return [current];
  };
}

/** Throws json-p3's error when the path is not valid (the step schemas have refused it before). */
export function compileJsonPath(path: string): Select {
  if (plainPath.test(path)) return plainSelect(path);
  const query = compile(path);
  return (value) => query.query(value as JSONValue).values();
}

/** Equality of JSON values; the order of keys does not matter. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  const left = a as Readonly<Record<string, Json>>;
  const right = b as Readonly<Record<string, Json>>;
  return keys.every((key) => Object.hasOwn(right, key) && sameJson(left[key], right[key]));
}
