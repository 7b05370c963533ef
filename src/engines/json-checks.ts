// Checks of a JSON value: what an answer must hold, and which message is the one that was waited for.

import { isSensitiveName } from '../kernel/redact.ts';
import type { Json } from '../kernel/json.ts';
import type { JsonTemplate, Scope, TemplateCompiler } from './engine.ts';
import { wholeStart } from './examples.ts';
import type { Select } from './json-path.ts';
import { compileJsonPath, sameJson } from './json-path.ts';
import type { JsonCheck } from './step-input.ts';

interface CompiledCheck {
  readonly path: string;
  readonly select: Select;
  readonly expect: JsonCheck['expect'];
  readonly value: JsonTemplate | null;
}

/** null when all checks hold, else what is wrong with the first that does not. */
export type BoundChecks = (value: unknown) => string | null;

export interface Checks {
  /** Fills in the values for one request, when it is sent. Throws UnresolvedValue. */
  (scope: Scope): BoundChecks;
  /** True when no template is in them: then they are bound once. */
  readonly isFixed: boolean;
}

function problemOf(check: CompiledCheck, expected: Json | undefined, value: unknown): string | null {
  const found = check.select(value);
  if (check.expect === 'absent') return found.length === 0 ? null : `${check.path} is present`;
  const [first] = found;
  if (found.length === 0) return `${check.path} is absent`;
  if (check.expect === 'present' || found.some((item) => sameJson(item, expected))) return null;
  // The values of tokens and passwords are nobody's to read.
  if (isSensitiveName(check.path)) return `${check.path} is another`;
  return `${check.path} is ${shown(first)}, not ${shown(expected)}`;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${wholeStart(text, 80)}…` : text;
}

export function compileChecks(checks: readonly JsonCheck[], templates: TemplateCompiler): Checks {
  const compiled = checks.map((check): CompiledCheck => ({
    path: check.path,
    select: compileJsonPath(check.path),
    expect: check.expect,
    value: check.expect === 'equals' ? templates.json(check.value) : null,
  }));
  const bind = (scope: Scope): BoundChecks => {
    const expected = compiled.map((check) => check.value?.render(scope));
    return (value) => {
      for (const [index, check] of compiled.entries()) {
        const problem = problemOf(check, expected[index], value);
        if (problem !== null) return problem;
      }
      return null;
    };
  };
  const isFixed = compiled.every(({ value }) => value === null || value.fixed !== undefined);
  if (!isFixed) return Object.assign(bind, { isFixed });
  const fixed = bind({ get: () => undefined, set: () => undefined });
  return Object.assign(() => fixed, { isFixed });
}

/** The value of a JSON text, or undefined when it is none (no JSON text has the value undefined). */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
