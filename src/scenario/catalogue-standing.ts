// Which promises of a catalogue entry stand in one use of it, by its parameters and exceptions.

import type { CatalogueFile } from './catalogue-file.ts';
import type { CataloguePromise, CatalogueUse } from './catalogue-schema.ts';
import { namesIn, type Values } from './experiment-text.ts';

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
    ({ id, when = [], unless = [] }) =>
      use.except?.includes(id) !== true &&
      when.every((name) => isOn(values[name])) &&
      !unless.some((name) => isOn(values[name])),
  );
}

/** The ids of those that have a place for a parameter. */
export const neededBy = (promises: readonly CataloguePromise[], parameter: string): string[] =>
  promises.filter(({ promise }) => namesIn(promise).includes(parameter)).map(({ id }) => id);

const isOn = (value: Values[string] | undefined): boolean => value !== undefined && value !== false;
