// Which promises of a catalogue entry stand in one use of it, by its parameters and exceptions.

import type { CatalogueFile } from './catalogue-file.ts';
import type { CataloguePromise, CatalogueUse } from './catalogue-schema.ts';
import { namesIn, type Values } from './experiment-text.ts';
import { quoted } from './issue-words.ts';
import type { Problem } from './issues.ts';
import type { Path } from './yaml-document.ts';

/** What the use gives, and the defaults of the rest. */
export function valuesOf({ entry }: CatalogueFile, use: CatalogueUse): Values {
  const defaults = Object.entries(entry.parameters ?? {}).flatMap(([name, { default: value }]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return { ...Object.fromEntries(defaults), ...use.with };
}

/** Its promises, without what is left out, and what its parameters switch off. */
export function standing(file: CatalogueFile, use: CatalogueUse): CataloguePromise[] {
  const values = valuesOf(file, use);
  return file.entry.promises.filter(
    (promise) => use.except?.includes(promise.id) !== true && switchedOff(promise, values) === null,
  );
}

/** What switches a promise off, in words; null: its parameters do not. */
function switchedOff({ when = [], unless = [] }: CataloguePromise, values: Values): string | null {
  const list = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(' and ');
  const missing = when.filter((name) => !isOn(values[name]));
  if (missing.length > 0) return `it is switched on by ${list(missing)}`;
  const given = unless.filter((name) => isOn(values[name]));
  return given.length > 0 ? `it is switched off by ${list(given)}` : null;
}

/** A change of a promise that does not stand would be held against nothing. */
export function overriddenInVain(file: CatalogueFile, use: CatalogueUse, at: Path): Problem[] {
  const values = valuesOf(file, use);
  return file.entry.promises.flatMap((promise): Problem[] => {
    const off = Object.hasOwn(use.override ?? {}, promise.id) ? switchedOff(promise, values) : null;
    if (off === null) return [];
    const message = `${quoted(promise.id)} has no effect: ${off}`;
    return [{ path: [...at, 'override', promise.id], part: 'key', message }];
  });
}

/** The ids of those that have a place for a parameter. */
export const neededBy = (promises: readonly CataloguePromise[], parameter: string): string[] =>
  promises.filter(({ promise }) => namesIn(promise).includes(parameter)).map(({ id }) => id);

const isOn = (value: Values[string] | undefined): boolean => value !== undefined && value !== false;
