// One use of a catalogue entry: what is wrong with what it gives, and the promises that it stands for.

import { formatDuration } from '../kernel/units.ts';
import { didYouMean } from '../kernel/suggest.ts';
import type { CatalogueFile } from './catalogue-file.ts';
import { builtIn, type CataloguePromise, type CatalogueUse } from './catalogue-schema.ts';
import { neededBy, overriddenInVain, standing, valuesOf } from './catalogue-standing.ts';
import { filledText, settled } from './catalogue-text.ts';
import { namesIn, type Values } from './experiment-text.ts';
import { quoted } from './issue-words.ts';
import type { Problem } from './issues.ts';
import type { Path } from './yaml-document.ts';

/** A promise that an entry stands for. */
export interface StoodFor {
  readonly id: string;
  /** As in the entry, without what was left out; the characters of `text` come from it. */
  readonly template: string;
  /** By name, `limit` among them. */
  readonly values: Values;
  /** `p95(query) < 200ms` */
  readonly text: string;
  /** As a scenario would have it. */
  readonly written: unknown;
  readonly promise: CataloguePromise;
}

export interface Expansion {
  readonly promises: readonly StoodFor[];
  /** Promises that are left out though nobody asked for it. */
  readonly notes: readonly string[];
  readonly problems: readonly Problem[];
}

/** `judgedMicros`: how much of the load is judged; null: not known, and nothing is left out for it. */
export function expandUse(
  file: CatalogueFile,
  use: CatalogueUse,
  at: Path,
  judgedMicros: number | null,
): Expansion {
  const problems = catalogueProblems(file, use, at);
  if (problems.length > 0) return { promises: [], notes: [], problems };
  const values = valuesOf(file, use);
  const asked = standing(file, use);
  const odd = [
    ...missingIn(file, use, asked, values, at),
    ...withoutEffect(use, asked, at),
    ...overriddenInVain(file, use, at),
  ];
  if (odd.length > 0) return { promises: [], notes: [], problems: odd };
  const fits = ({ load }: CataloguePromise): boolean =>
    load === undefined || judgedMicros === null || load <= judgedMicros;
  const kept = asked.filter(fits);
  if (kept.length === 0)
    return { promises: [], notes: [], problems: [nothingLeft(file, asked, at, judgedMicros)] };
  const stands = (promise: CataloguePromise): StoodFor => standFor(file, use, promise);
  return {
    promises: kept.map(stands),
    problems: [],
    notes: asked
      .filter((one) => !fits(one))
      .map((one) => tooShort(file.name, stands(one), judgedMicros ?? 0)),
  };
}

/** One promise of an entry, as far as its parameters have values. */
export function standFor(file: CatalogueFile, use: CatalogueUse, promise: CataloguePromise): StoodFor {
  const shared = valuesOf(file, use);
  const changed = use.override?.[promise.id];
  const { limit = promise.limit, ...more } = typeof changed === 'object' ? changed : { limit: changed };
  const values = limit === undefined ? shared : { ...shared, [builtIn]: limit };
  const optional = Object.entries(file.entry.parameters ?? {}).filter(([, one]) => one.optional === true);
  // What switches the promise on belongs to its text: without it there is no promise.
  const absent = optional
    .map(([name]) => name)
    .filter((name) => !Object.hasOwn(values, name) && promise.when?.includes(name) !== true);
  const template = settled(promise.promise, absent);
  const text = filledText(template, values);
  const keys = { ...(promise.severity === undefined ? {} : { severity: promise.severity }), ...more };
  const written = Object.keys(keys).length === 0 ? text : { assert: text, ...keys };
  return { id: promise.id, template, values, text, written, promise };
}

/** Parameters, ids and limits that the entry does not have. */
export function catalogueProblems({ name, entry }: CatalogueFile, use: CatalogueUse, at: Path): Problem[] {
  const { parameters = {}, promises } = entry;
  const strange = (
    what: string,
    word: string,
    known: readonly string[],
    path: Path,
    part: 'key' | 'value',
  ): Problem => ({
    path: [...at, ...path],
    part,
    message: `${quoted(name)} has no ${what} ${quoted(word)}`,
    suggestion: didYouMean(word, known) ?? `it has: ${known.join(', ')}`,
  });
  const names = Object.keys(parameters);
  const ids = promises.map(({ id }) => id);
  const unknown = [
    ...Object.keys(use.with ?? {})
      .filter((key) => !names.includes(key))
      .map((key) => strange('parameter', key, names, ['with', key], 'key')),
    ...Object.keys(use.override ?? {})
      .filter((id) => !ids.includes(id))
      .map((id) => strange('promise', id, ids, ['override', id], 'key')),
    ...(use.except ?? []).flatMap((id, index) =>
      ids.includes(id) ? [] : [strange('promise', id, ids, ['except', index], 'value')],
    ),
  ];
  return unknown.length > 0
    ? unknown
    : [...notTrueOrFalse({ name, entry }, use, at), ...idleIn(entry.promises, use, at)];
}

/** A switch that is given another kind of value would be on, whatever it says. */
function notTrueOrFalse({ entry }: CatalogueFile, use: CatalogueUse, at: Path): Problem[] {
  return Object.entries(use.with ?? {}).flatMap(([key, value]): Problem[] => {
    const isSwitch = typeof entry.parameters?.[key]?.default === 'boolean';
    if (isSwitch === (typeof value === 'boolean')) return [];
    const message = isSwitch ? `${quoted(key)} is true or false` : `${quoted(key)} is text or a number`;
    return [{ path: [...at, 'with', key], part: 'value', message }];
  });
}

/** Overrides that change nothing. */
function idleIn(promises: readonly CataloguePromise[], use: CatalogueUse, at: Path): Problem[] {
  return Object.entries(use.override ?? {}).flatMap(([id, change]): Problem[] => {
    const path = [...at, 'override', id];
    if (use.except?.includes(id) === true)
      return [{ path, part: 'key', message: `${quoted(id)} is among \`except\`, too` }];
    const promise = promises.find((one) => one.id === id);
    const changesLimit = typeof change !== 'object' || change.limit !== undefined;
    if (!changesLimit || promise?.limit !== undefined) return [];
    return [{ path, part: 'value', message: `${quoted(id)} has no limit of its own: it is a parameter` }];
  });
}

function missingIn(
  { name, entry }: CatalogueFile,
  use: CatalogueUse,
  asked: readonly CataloguePromise[],
  values: Values,
  at: Path,
): Problem[] {
  return Object.entries(entry.parameters ?? {}).flatMap(([key, { about, optional }]): Problem[] => {
    if (optional === true || Object.hasOwn(values, key)) return [];
    const needing = neededBy(asked, key);
    if (needing.length === 0) return [];
    return [
      {
        path: [...at, ...(use.with === undefined ? ['use'] : ['with'])],
        part: 'value',
        message: `${quoted(name)} needs the parameter ${quoted(key)}`,
        suggestion: `${about}; to do without what needs it: \`except: [${needing.join(', ')}]\``,
      },
    ];
  });
}

/** What is given and depends on what was left out is a misunderstanding; switches may stand either way. */
function withoutEffect(use: CatalogueUse, asked: readonly CataloguePromise[], at: Path): Problem[] {
  const effective = new Set(asked.flatMap(({ promise, when = [] }) => [...namesIn(promise), ...when]));
  return Object.entries(use.with ?? {}).flatMap(([key, value]): Problem[] => {
    if (typeof value === 'boolean' || effective.has(key) || asked.length === 0) return [];
    const message = `${quoted(key)} has no effect: what it is for is left out`;
    return [{ path: [...at, 'with', key], part: 'key', message }];
  });
}

const tooShort = (name: string, { text, promise }: StoodFor, judgedMicros: number): string =>
  `${quoted(name)} leaves out \`${text}\`: it needs ${formatDuration(promise.load ?? 0)} of load after the warm-up, there are ${formatDuration(judgedMicros)}`;

function nothingLeft(
  { name }: CatalogueFile,
  asked: readonly CataloguePromise[],
  at: Path,
  judgedMicros: number | null,
): Problem {
  const path = [...at, 'use'];
  if (asked.length === 0) return { path, part: 'value', message: `nothing is left of ${quoted(name)}` };
  const shortest = Math.min(...asked.map(({ load = 0 }) => load));
  return {
    path,
    part: 'value',
    message: `${quoted(name)} needs at least ${formatDuration(shortest)} of load after the warm-up, there are ${formatDuration(judgedMicros ?? 0)}`,
    suggestion: 'make the load longer, or leave the entry out',
  };
}
