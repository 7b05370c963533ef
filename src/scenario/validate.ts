// `mettle validate`: every problem of scenario and target files, and which of them can run code on this machine.

import { resolve } from 'node:path';
import type { TargetSpec } from '../system/target-spec.ts';
import { type Diagnostic, sortDiagnostics } from './diagnostics.ts';
import { examineScenario, type Expanded } from './load.ts';
import { parseTarget } from './load-target.ts';
import { readSource } from './read-file.ts';
import type { Scenario } from './scenario.ts';
import { allSteps } from './walk-steps.ts';
import type { SourceDocument } from './yaml-document.ts';

export interface ValidatedFile {
  /** As given. */
  readonly file: string;
  /** Guessed by its keys. */
  readonly kind: 'scenario' | 'target' | 'unknown';
  readonly diagnostics: readonly Diagnostic[];
  /** Worth a word: commands that the file runs, flows that are never run. */
  readonly notes: readonly string[];
  /** Of a valid scenario, when asked for. */
  readonly expanded?: Expanded;
}

/** Checks each file on its own; never throws for what is wrong with one. `expand`: say what scenarios stand for, too. */
export async function validateFiles(
  paths: readonly string[],
  cwd: string = process.cwd(),
  expand = false,
): Promise<ValidatedFile[]> {
  return Promise.all(paths.map((path) => validateFile(path, cwd, expand)));
}

async function validateFile(path: string, cwd: string, expand: boolean): Promise<ValidatedFile> {
  const file = resolve(cwd, path);
  const { document, diagnostics } = await readSource(file, cwd);
  if (document === undefined) return { file: path, kind: 'unknown', diagnostics, notes: [] };
  const kind = kindOf(document);
  if (kind === 'target') {
    const parsed = parseTarget(document, file);
    const notes = parsed.target === undefined ? [] : commandsOf(parsed.target);
    return { file: path, kind, diagnostics: sortDiagnostics(parsed.diagnostics), notes };
  }
  if (kind === 'scenario') {
    const examined = await examineScenario(document, { file, cwd, allow: [] });
    const { loaded } = examined;
    const notes = loaded === undefined ? [] : [...hooksOf(loaded.scenario), ...commandsOf(loaded.target)];
    return {
      file: path,
      kind,
      diagnostics: sortDiagnostics(examined.diagnostics),
      notes: [...examined.warnings, ...notes],
      ...(expand && examined.expanded !== null ? { expanded: examined.expanded } : {}),
    };
  }
  const message =
    'neither a scenario (it would have `flows` and `load`) nor a target (it would have `variants`)';
  const diagnostic = { ...document.place([], 'value'), message };
  return { file: path, kind, diagnostics: [diagnostic], notes: [] };
}

/** By the keys that only one of the two has; `dependencies` alone, say, would make a target of any package.json. */
function kindOf({ value }: SourceDocument): ValidatedFile['kind'] {
  const keys = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  const count = (known: readonly string[]): number => known.filter((key) => keys.includes(key)).length;
  const scenario = count(['target', 'flows', 'load', 'slo', 'chaos', 'claims', 'data', 'warmup']);
  const target = count([
    'variants',
    'dependencies',
    'clients',
    'prepare',
    'ready',
    'observe',
    'secrets',
    'allow',
  ]);
  if (scenario > target) return 'scenario';
  return target > scenario && (target > 1 || keys.includes('variants')) ? 'target' : 'unknown';
}

/** Modules whose functions the steps call. */
function hooksOf({ flows }: Scenario): string[] {
  const modules = allSteps(flows).flatMap(({ step }) => (step.kind === 'call' ? [step.module] : []));
  return [...new Set(modules)].map((module) => `runs code: hooks of the scenario: \`${module}\``);
}

/** Whoever runs a scenario runs these: said before, not after. */
function commandsOf(target: TargetSpec): string[] {
  const started = [
    ...Object.entries(target.variants).flatMap(([name, variant]) =>
      variant.kind === 'process' ? [[`variant ${name}`, variant.start]] : [],
    ),
    ...Object.entries(target.dependencies).flatMap(([name, one]) =>
      one.kind === 'process' ? [[`dependency ${name}`, one.start]] : [],
    ),
    ...Object.entries(target.clients).map(([name, { start }]) => [`client ${name}`, start]),
    ...(target.prepare === null ? [] : [['prepare', target.prepare]]),
  ];
  return started.map(
    ([what, command]) => `runs code: ${what ?? ''} of target ${target.name}: \`${command ?? ''}\``,
  );
}
