// The target of a scenario: found by name or path and read, or made of the URLs that the scenario itself gives.

import { dirname } from 'node:path';
import { findTarget } from '../system/find-targets.ts';
import { targetSchema } from '../system/target-schema.ts';
import type { TargetSpec } from '../system/target-spec.ts';
import { type Diagnostic, invalidFile } from './diagnostics.ts';
import { parseValue, type Problem } from './issues.ts';
import { placeProblems } from './place.ts';
import { readSource } from './read-file.ts';
import type { SourceDocument } from './yaml-document.ts';

export type LoadedTarget =
  | { readonly target: TargetSpec; readonly diagnostics: readonly [] }
  | { readonly target: undefined; readonly diagnostics: readonly Diagnostic[] };

/**
 * A target file, by name (targets/<name>/target.yml) or path. Throws TARGET_NOT_FOUND, or INVALID_FILE with every
 * problem of the file (exit code 2).
 */
export async function loadTarget(reference: string, cwd: string = process.cwd()): Promise<TargetSpec> {
  const { target, diagnostics } = await readTarget(await findTarget(reference, cwd), cwd);
  if (target === undefined) throw invalidFile(diagnostics);
  return target;
}

/** Reads the target file at an absolute path. */
export async function readTarget(file: string, cwd: string): Promise<LoadedTarget> {
  const { document, diagnostics } = await readSource(file, cwd);
  return document === undefined ? { target: undefined, diagnostics } : parseTarget(document, file);
}

export function parseTarget(document: SourceDocument, file: string): LoadedTarget {
  const { value, problems } = parseValue(targetSchema, document.value);
  if (value === undefined) return { target: undefined, diagnostics: placeProblems(document, problems) };
  return { target: { ...value, file, folder: dirname(file) }, diagnostics: [] };
}

/** The name of an inline target, and of its only variant unless the scenario names one. */
const inlineName = 'url';
const onlyVariant = 'default';

export interface InlineTarget {
  readonly http?: string | undefined;
  readonly ws?: string | undefined;
  readonly variant: string | null;
  /** Hosts besides loopback that load may be sent to. */
  readonly allow: readonly string[];
  readonly folder: string;
}

export type ParsedInlineTarget =
  | { readonly target: TargetSpec; readonly problems: readonly [] }
  | { readonly target: undefined; readonly problems: readonly Problem[] };

/** `target: { http: … }`: a server that runs already; one variant, no dependencies, nothing to start. */
export function parseInlineTarget({ http, ws, variant, allow, folder }: InlineTarget): ParsedInlineTarget {
  const written = { name: inlineName, variants: { [onlyVariant]: { http, ws } }, allow: [...allow] };
  const { value, problems } = parseValue(targetSchema, written);
  if (value === undefined) {
    return {
      target: undefined,
      problems: problems.map((found) => ({ ...found, path: ['target', ...found.path.slice(2)] })),
    };
  }
  const [only] = Object.values(value.variants);
  const variants = only === undefined ? {} : { [variant ?? onlyVariant]: only };
  return { target: { ...value, variants, file: null, folder }, problems: [] };
}
