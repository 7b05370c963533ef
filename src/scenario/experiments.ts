// `experiments:` of a scenario: each becomes the faults and promises of its file, with its parameters filled in.

import { dirname } from 'node:path';
import type { Diagnostic } from './diagnostics.ts';
import { type Experiment, type ExperimentEntry, experimentsInput } from './experiment-schema.ts';
import { type ExperimentFile, filled, findExperiment } from './experiment-file.ts';
import { parameterAt, type Values } from './experiment-text.ts';
import { parseValue, valueAt } from './issues.ts';
import { placeProblems } from './place.ts';
import type { Path, SourceDocument } from './yaml-document.ts';

type Map = Readonly<Record<string, unknown>>;

const lists = ['chaos', 'slo'] as const;
type List = (typeof lists)[number];

/** An experiment in use. */
interface Used {
  /** Its place in `experiments`. */
  readonly index: number;
  readonly entry: ExperimentEntry;
  readonly file: ExperimentFile;
  readonly values: Values;
}

/** Where an entry that a scenario has from an experiment is written. */
interface Origin {
  readonly used: Used;
  /** Its place in the experiment's own list. */
  readonly index: number;
}

type Origins = Readonly<Record<List, readonly (Origin | null)[]>>;

const isMap = (value: unknown): value is Map =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The document with what its experiments stand for behind its own faults and promises. A problem there is placed where
 * it was written: in the experiment, or where a parameter was given.
 */
export async function expandExperiments(
  document: SourceDocument,
  around: { readonly file: string | null; readonly cwd: string },
): Promise<{ readonly document: SourceDocument; readonly diagnostics: readonly Diagnostic[] }> {
  if (!isMap(document.value) || !('experiments' in document.value)) return { document, diagnostics: [] };
  const parsed = parseValue(experimentsInput, document.value.experiments);
  if (parsed.value === undefined) {
    const problems = parsed.problems.map((one) => ({ ...one, path: ['experiments', ...one.path] }));
    return { document, diagnostics: placeProblems(document, problems) };
  }
  const folder = around.file === null ? around.cwd : dirname(around.file);
  const diagnostics: Diagnostic[] = [];
  const used: Used[] = [];
  for (const [index, entry] of parsed.value.entries()) {
    const found = await findExperiment(entry, ['experiments', index], document, { folder, cwd: around.cwd });
    if ('diagnostics' in found) diagnostics.push(...found.diagnostics);
    else used.push({ index, entry, ...found });
  }
  return diagnostics.length > 0
    ? { document, diagnostics }
    : { document: expanded(document, used), diagnostics };
}

function expanded(document: SourceDocument, used: readonly Used[]): SourceDocument {
  const { experiments: _, ...scenario } = document.value as Map;
  const origins = { chaos: originsOf('chaos', scenario, used), slo: originsOf('slo', scenario, used) };
  const value: Record<string, unknown> = { ...scenario };
  for (const list of lists) {
    const added = used.flatMap((one) => filled(one.file, one.values)[list]);
    const own = scenario[list];
    // What is no list of its own is refused by the schema, at its place.
    if (own === undefined || Array.isArray(own)) value[list] = [...((own ?? []) as unknown[]), ...added];
  }
  return placed(document, value, origins);
}

const originsOf = (list: List, scenario: Map, used: readonly Used[]): (Origin | null)[] => {
  const own = scenario[list];
  const of = (experiment: Experiment): readonly unknown[] => experiment[list];
  return [
    ...Array.from({ length: Array.isArray(own) ? own.length : 0 }, () => null),
    ...used.flatMap((one) => of(one.file.experiment).map((_, index) => ({ used: one, index }))),
  ];
};

function placed(document: SourceDocument, value: unknown, origins: Origins): SourceDocument {
  const originOf = ([root, index, ...rest]: Path): { used: Used; path: Path } | null => {
    const list = lists.find((one) => one === root);
    const origin = list === undefined || typeof index !== 'number' ? null : origins[list][index];
    return origin ? { used: origin.used, path: [root ?? '', origin.index, ...rest] } : null;
  };
  const textAt = ({ used, path }: { used: Used; path: Path }): string => {
    const text = valueAt(used.file.document.value, path);
    return typeof text === 'string' ? text : '';
  };
  return {
    file: document.file,
    value,
    place: (path, part, offset) => {
      const origin = originOf(path);
      if (origin === null) return document.place(path, part, offset);
      const name = part === 'key' ? null : parameterAt(textAt(origin), origin.used.values, offset);
      const given = name === null ? null : whereGiven(name, origin.used);
      return given === null
        ? origin.used.file.document.place(origin.path, part)
        : document.place(given, 'value');
    },
    written: (path) => {
      const origin = originOf(path);
      if (origin === null) return document.written(path);
      // Characters of a filled text are not those of the text: only its beginning can be shown.
      return textAt(origin).includes('{{') ? '' : origin.used.file.document.written(origin.path);
    },
  };
}

/** Where in the scenario a parameter has its value from; null: from the experiment's own default. */
function whereGiven(name: string, { index, entry }: Used): Path | null {
  const at = ['experiments', index];
  if (name === 'id') return [...at, entry.id === undefined ? 'use' : 'id'];
  return Object.hasOwn(entry.with ?? {}, name) ? [...at, 'with', name] : null;
}
