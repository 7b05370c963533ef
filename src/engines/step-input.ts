// The pieces of a step as written that every protocol shares: durations, header maps, JSON checks.

import { compile } from 'json-p3';
import { z } from 'zod';
import type { Json } from '../kernel/json.ts';
import { messageOf } from '../kernel/errors.ts';
import { parseDuration } from '../kernel/units.ts';

/** What is expected at a JSONPath. A path that selects several nodes holds when one of them equals `value`. */
export type JsonCheck =
  | { readonly path: string; readonly expect: 'present' | 'absent' }
  | { readonly path: string; readonly expect: 'equals'; readonly value: Json };

/** What a failed step does to the rest of its iteration. */
export type OnError = 'stop' | 'continue';

export const onErrorInput = z.enum(['stop', 'continue']).default('stop');

/** False: the iteration goes on at once, and waits for what is outstanding at its end. */
export const waitInput = z.boolean().default(true);

const longestMicros = 24 * 3_600_000_000;

/** `5s` → integer microseconds; positive, at most a day. */
export const timeoutInput = z
  .string({ error: 'expected a duration with its unit, such as "5s"' })
  .transform((text, context) => {
    const value = parseDuration(text);
    if (value !== undefined && value > 0 && value <= longestMicros) return Number(value);
    context.addIssue({
      code: 'custom',
      message: `"${text}" is not a duration between 1us and 24h, such as "300ms" or "5s"`,
    });
    return z.NEVER;
  });

export const defaultTimeout = '30s';

function isJson(value: unknown): value is Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isJson);
  return typeof value === 'object' && Object.values(value).every(isJson);
}

/** Any JSON value; strings inside it are templates. */
export const jsonInput = z.unknown().transform((value, context): Json => {
  if (isJson(value)) return value;
  context.addIssue({ code: 'custom', message: 'expected a JSON value' });
  return z.NEVER;
});

/** Values become text, so that `page: 1` and `verbose: true` may be written without quotes. */
export const textMapInput = z.record(
  z.string().min(1),
  z.union([z.string(), z.number(), z.boolean()], { error: 'expected text' }).transform(String),
);

/** The name of a header in a request or answer (RFC 9110 token). */
export const headerName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

export const headerMapInput = textMapInput.transform((headers, context) => {
  for (const name of Object.keys(headers)) {
    if (headerName.test(name)) continue;
    context.addIssue({ code: 'custom', message: `"${name}" is not a header name`, path: [name] });
  }
  return headers;
});

/** Undefined when the text is a JSONPath (RFC 9535), else what is wrong with it. */
export function jsonPathProblem(path: string): string | undefined {
  try {
    compile(path);
    return undefined;
  } catch (thrown) {
    return `"${path}" is not a JSONPath such as "$.answer.id" (${messageOf(thrown)})`;
  }
}

/** `{ $.answer: present, $.error: absent, $.id: 7 }` → checks in the order written. */
export const jsonChecksInput = z.record(z.string(), jsonInput).transform((checks, context): JsonCheck[] => {
  if (Object.keys(checks).length === 0) {
    context.addIssue({ code: 'custom', message: 'expected at least one JSONPath' });
  }
  return Object.entries(checks).map(([path, value]) => {
    const problem = jsonPathProblem(path);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem, path: [path] });
    return value === 'present' || value === 'absent'
      ? { path, expect: value }
      : { path, expect: 'equals', value };
  });
});
