// From a scenario file to a scenario that can be run: read, overridden, checked against its target, hashed.

import { dirname, resolve } from 'node:path';
import { MettleError } from '../kernel/errors.ts';
import { findTarget } from '../system/find-targets.ts';
import type { TargetSpec } from '../system/target-spec.ts';
import { expandPieces } from './chaos-pieces.ts';
import { expandExperiments } from './experiments.ts';
import { expandPromises } from './expand-promises.ts';
import { runChecks } from './checks/all.ts';
import { knownNames } from './checks/promises.ts';
import { type Diagnostic, formatDiagnostic, invalidFile, sortDiagnostics } from './diagnostics.ts';
import { defaultHttpSettings, defaultTlsSettings } from '../engines/settings.ts';
import { entryMicros } from './load-length.ts';
import { withJoined } from './broadcast-joined.ts';
import { checkHooks } from './hooks-file.ts';
import { type FeedsByName, readFeeds } from './read-feeds.ts';
import { readProjectFiles } from './project-files.ts';
import { scenarioHash } from './hash.ts';
import { type Problem, valueAt } from './issues.ts';
import { parseInlineTarget, readTarget } from './load-target.ts';
import { applyOverrides, parseOverrides } from './overrides.ts';
import { placeProblems } from './place.ts';
import { readSource } from './read-file.ts';
import type { Flow, ProjectFile, Scenario, Step, TargetReference } from './scenario.ts';
import { parseScenario, type ScenarioInput } from './schema.ts';
import { mapSends } from './walk-steps.ts';
import type { SourceDocument } from './yaml-document.ts';

export interface LoadOptions {
  /** Texts after `--set`. */
  readonly set?: readonly string[];
  /** Where relative paths start and what paths are shown relative to; default: the process's. */
  readonly cwd?: string;
  /** Hosts besides loopback that a target given by URL may be on (`--allow`). */
  readonly allow?: readonly string[];
}

export interface LoadedScenario {
  readonly scenario: Scenario;
  readonly target: TargetSpec;
  /** From `--set target.env.X=…`. */
  readonly extraEnv: Readonly<Record<string, string>>;
  /** Worth a word, no reason to stop; each with its place. */
  readonly warnings: readonly string[];
}

/** Throws INVALID_FILE with every problem found, or INVALID_OVERRIDE (both exit code 2). */
export async function loadScenario(path: string, options: LoadOptions = {}): Promise<LoadedScenario> {
  const { set = [], cwd = process.cwd(), allow = [] } = options;
  const { fields, extraEnv } = parseOverrides(set);
  const file = resolve(cwd, path);
  const { document, diagnostics } = await readSource(file, cwd);
  if (document === undefined) throw invalidFile(diagnostics);
  const examined = await examineScenario(applyOverrides(document, fields), { file, cwd, allow });
  if (examined.loaded === undefined) throw invalidFile(examined.diagnostics);
  return { ...examined.loaded, extraEnv, warnings: examined.warnings };
}

export interface Surroundings {
  /** Absolute path of the scenario; null when it has no file. */
  readonly file: string | null;
  readonly cwd: string;
  readonly allow: readonly string[];
}

/** Faults and promises as they are once experiments and pieces are replaced by what they stand for. */
export interface Expanded {
  readonly chaos: unknown;
  readonly slo: unknown;
}

export interface ExaminedScenario {
  readonly loaded: { readonly scenario: Scenario; readonly target: TargetSpec } | undefined;
  readonly diagnostics: readonly Diagnostic[];
  readonly warnings: readonly string[];
  /** null: they could not be read. */
  readonly expanded: Expanded | null;
}

/** All that can be said about a scenario document without starting anything. */
export async function examineScenario(
  written: SourceDocument,
  around: Surroundings,
): Promise<ExaminedScenario> {
  const fail = (diagnostics: readonly Diagnostic[]): ExaminedScenario => ({
    loaded: undefined,
    diagnostics,
    warnings: [],
    expanded: null,
  });
  const experiments = await expandExperiments(written, around);
  if (experiments.diagnostics.length > 0) return fail(experiments.diagnostics);
  const pieces = await expandPieces(experiments.document, around);
  if (pieces.diagnostics.length > 0) return fail(pieces.diagnostics);
  const expanded = await expandPromises(pieces.document, around);
  const { document, notes } = expanded;
  if (expanded.diagnostics.length > 0) return fail(expanded.diagnostics);
  const { value: input, problems } = parseScenario(document.value);
  if (input === undefined) return fail(placeProblems(document, problems));
  const found = await resolveTarget(input, document, around);
  const feeds = await readFeeds(input, around);
  const named = await readProjectFiles(input, {
    folder: around.file === null ? around.cwd : dirname(around.file),
    root: around.cwd,
  });
  const early = [...found.diagnostics, ...placeProblems(document, [...feeds.problems, ...named.problems])];
  if (found.target === undefined || early.length > 0) return fail(early);
  const scenario = assemble(input, around.file, found.reference, feeds.data, named.files);
  const checked = runChecks({ scenario, target: found.target, written: document.value });
  const hooks = await checkHooks(input.hooks, named.files[input.hooks ?? ''], Object.values(scenario.flows));
  const pooled = expanded.pooled(knownNames(scenario, found.target));
  const diagnostics = [...placeProblems(document, [...checked.problems, ...hooks]), ...pooled];
  if (diagnostics.length > 0) return fail(diagnostics);
  const told = sortDiagnostics([...notes, ...placeProblems(document, checked.warnings)]);
  const warnings = told.map(formatDiagnostic);
  const hash = scenarioHash(scenario, found.target.name);
  const loaded = { scenario: { ...scenario, hash }, target: found.target };
  return { loaded, diagnostics: [], warnings, expanded: expandedOf(document.value) };
}

const expandedOf = (value: unknown): Expanded => ({
  chaos: valueAt(value, ['chaos']) ?? [],
  slo: valueAt(value, ['slo']) ?? [],
});

interface ResolvedTarget {
  readonly target: TargetSpec | undefined;
  readonly reference: TargetReference;
  readonly diagnostics: readonly Diagnostic[];
}

async function resolveTarget(
  input: ScenarioInput,
  document: SourceDocument,
  around: Surroundings,
): Promise<ResolvedTarget> {
  const folder = around.file === null ? around.cwd : dirname(around.file);
  if (typeof input.target !== 'string') {
    const { http, ws } = input.target;
    const inline = parseInlineTarget({
      http,
      ws,
      variant: input.variant ?? null,
      allow: around.allow,
      folder,
    });
    const reference: TargetReference = { kind: 'url', http: http ?? null, ws: ws ?? null };
    return { target: inline.target, reference, diagnostics: placeProblems(document, inline.problems) };
  }
  const reference: TargetReference = { kind: 'file', path: input.target };
  try {
    const file = await findTarget(input.target, folder);
    return { ...(await readTarget(file, around.cwd)), reference: { kind: 'file', path: file } };
  } catch (thrown) {
    if (!(thrown instanceof MettleError)) throw thrown;
    const problem: Problem = {
      path: ['target'],
      part: 'value',
      message: thrown.message,
      suggestion: thrown.hint,
    };
    return { target: undefined, reference, diagnostics: placeProblems(document, [problem]) };
  }
}

const defaultGracefulStopMicros = 10_000_000;

function assemble(
  input: ScenarioInput,
  file: string | null,
  target: TargetReference,
  data: FeedsByName,
  files: Readonly<Record<string, ProjectFile>>,
): Omit<Scenario, 'hash'> {
  const ends = input.load.map((entry) => entry.delayMicros + entryMicros(entry));
  return {
    name: input.name,
    file,
    target,
    variant: input.variant ?? null,
    seed: input.seed ?? 1,
    data,
    flows: assembleFlows(input),
    http: input.http ?? defaultHttpSettings,
    tls: input.tls ?? defaultTlsSettings,
    files,
    load: input.load,
    warmupMicros: input.warmup ?? 0,
    gracefulStopMicros: input.gracefulStop ?? defaultGracefulStopMicros,
    durationMicros: Math.max(...ends),
    chaos: input.chaos ?? [],
    slo: input.slo ?? [],
    primary: input.primary ?? null,
    claims: input.claims ?? [],
  };
}

function assembleFlows({ flows, hooks: module = '' }: ScenarioInput): Record<string, Flow> {
  const linked = (steps: readonly Step[]): Step[] =>
    mapSends(steps, (step) => (step.kind === 'call' ? { ...step, module } : step));
  return Object.fromEntries(
    Object.entries(flows).map(([name, { before = [], steps, weight = 1 }]) => {
      const flow = { name, weight, before: linked(before), steps: linked(steps) };
      return [name, withJoined(flow)];
    }),
  );
}
