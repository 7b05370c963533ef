// Finds the file of an experiment, checks it by itself, and gives each of its parameters a value.

import { readdir } from 'node:fs/promises';
import { basename, dirname, extname, resolve } from 'node:path';
import { packagePath } from '../kernel/entry.ts';
import { didYouMean } from '../kernel/suggest.ts';
import type { Diagnostic } from './diagnostics.ts';
import { builtIn, type Experiment, type ExperimentEntry, experimentInput } from './experiment-schema.ts';
import { fillAll, namesIn, type Values } from './experiment-text.ts';
import { quoted } from './issue-words.ts';
import { parseValue, type Problem } from './issues.ts';
import { placeProblems } from './place.ts';
import { readSource } from './read-file.ts';
import type { Path, SourceDocument } from './yaml-document.ts';

export interface ExperimentFile {
  /** Absolute. */
  readonly path: string;
  readonly document: SourceDocument;
  readonly experiment: Experiment;
}

interface Refused {
  readonly diagnostics: readonly Diagnostic[];
}

/** The experiments that come with Mettle. */
const library = packagePath('chaos/experiments');
const isName = (use: string): boolean => /^[\w-]+$/.test(use);

/** The file that an entry uses and the value of each parameter, or what is wrong with either. */
export async function findExperiment(
  entry: ExperimentEntry,
  at: Path,
  document: SourceDocument,
  { folder, cwd }: { readonly folder: string; readonly cwd: string },
): Promise<{ readonly file: ExperimentFile; readonly values: Values } | Refused> {
  const { use } = entry;
  const path = isName(use) ? resolve(library, `${use}.yml`) : resolve(folder, use);
  const read = await readSource(path, cwd);
  if (read.document === undefined) {
    if (read.diagnostics.every(({ message }) => message !== 'no such file')) return read;
    const message = isName(use) ? `there is no experiment ${quoted(use)}` : `${quoted(use)}: no such file`;
    const suggestion = isName(use) ? await meant(use) : undefined;
    const problem: Problem = { path: [...at, 'use'], part: 'value', message, suggestion };
    return { diagnostics: placeProblems(document, [problem]) };
  }
  const checked = checkExperiment(path, read.document);
  if ('diagnostics' in checked) return checked;
  const problems = problemsOfUse(checked.experiment, entry, at);
  if (problems.length > 0) return { diagnostics: placeProblems(document, problems) };
  return { file: checked, values: valuesOf(checked, entry) };
}

/** An experiment as a file of its own: its shape, and parameters that are declared and used. */
function checkExperiment(path: string, document: SourceDocument): ExperimentFile | Refused {
  const { value: experiment, problems } = parseValue(experimentInput, document.value);
  if (experiment === undefined) return { diagnostics: placeProblems(document, problems) };
  const strange = undeclared(experiment);
  return strange.length > 0
    ? { diagnostics: placeProblems(document, strange) }
    : { path, document, experiment };
}

/** Its faults and promises, as a scenario would have them. */
export function filled(
  { path, experiment }: ExperimentFile,
  values: Values,
): { chaos: unknown[]; slo: unknown[] } {
  const chaos = experiment.chaos.map((entry) => {
    const { use } = entry;
    // A path in an experiment starts at the experiment, one that the scenario gives at the scenario.
    const own =
      typeof use === 'string' && !isName(use) && namesIn(use).length === 0
        ? { use: resolve(dirname(path), use) }
        : {};
    return fillAll({ ...entry, ...own }, values);
  });
  return { chaos, slo: experiment.slo.map((promise) => fillAll(promise, values)) };
}

async function meant(use: string): Promise<string> {
  const files = (await readdir(library)).filter((name) => name.endsWith('.yml'));
  const names = files.map((name) => basename(name, '.yml')).sort();
  return didYouMean(use, names) ?? `the library has: ${names.join(', ')}`;
}

function problemsOfUse({ parameters = {} }: Experiment, entry: ExperimentEntry, at: Path): Problem[] {
  const given = Object.keys(entry.with ?? {});
  const known = Object.keys(parameters);
  const name = quoted(entry.use);
  const unknown = given
    .filter((key) => !known.includes(key))
    .map((key): Problem => {
      const message = `the experiment ${name} has no parameter ${quoted(key)}`;
      const suggestion = didYouMean(key, known) ?? `it has: ${known.join(', ')}`;
      return { path: [...at, 'with', key], part: 'key', message, suggestion };
    });
  const missing = Object.entries(parameters)
    .filter(([key, { default: value }]) => value === undefined && !given.includes(key))
    .map(([key, { about }]): Problem => {
      const message = `the experiment ${name} needs the parameter ${quoted(key)}`;
      return {
        path: entry.with === undefined ? at : [...at, 'with'],
        part: 'value',
        message,
        suggestion: about,
      };
    });
  return [...unknown, ...missing];
}

function valuesOf({ path, experiment }: ExperimentFile, entry: ExperimentEntry): Values {
  const defaults = Object.entries(experiment.parameters ?? {}).flatMap(([name, { default: value }]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const id = entry.id ?? basename(path, extname(path));
  return { ...Object.fromEntries(defaults), ...entry.with, [builtIn]: id };
}

/** Placeholders without a parameter, and parameters without a placeholder. */
function undeclared({ parameters = {}, chaos, slo }: Experiment): Problem[] {
  const named = [...textsIn(chaos, ['chaos']), ...textsIn(slo, ['slo'])].flatMap(({ text, path }) =>
    namesIn(text).map((name) => ({ name, path })),
  );
  const known = [builtIn, ...Object.keys(parameters)];
  const strange = named
    .filter(({ name }) => !known.includes(name))
    .map(({ name, path }): Problem => {
      const message = `there is no parameter ${quoted(name)}`;
      return { path, part: 'value', message, suggestion: didYouMean(name, known) };
    });
  const idle = Object.keys(parameters)
    .filter((key) => !named.some(({ name }) => name === key))
    .map((key): Problem => ({
      path: ['parameters', key],
      part: 'key',
      message: `${quoted(key)} is never used`,
    }));
  return [...strange, ...idle];
}

function textsIn(value: unknown, path: Path): { text: string; path: Path }[] {
  if (typeof value === 'string') return [{ text: value, path }];
  if (Array.isArray(value)) return value.flatMap((one: unknown, index) => textsIn(one, [...path, index]));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => textsIn(one, [...path, key]));
}
