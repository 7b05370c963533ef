// `slo: [ use: web-api ]`: the promises of the catalogue instead of each use, and problems placed where it was written.

import { dirname } from 'node:path';
import { z } from 'zod';
import { findCatalogueEntry } from './catalogue-file.ts';
import { builtIn, type CatalogueUse, catalogueUseInput } from './catalogue-schema.ts';
import { expandUse, type StoodFor } from './catalogue-use.ts';
import type { Diagnostic } from './diagnostics.ts';
import { parameterAt } from './experiment-text.ts';
import { quoted } from './issue-words.ts';
import { parseValue, type Problem, valueAt } from './issues.ts';
import { entryMicros } from './load-length.ts';
import { loadEntryInput } from './load-schema.ts';
import { placeProblems } from './place.ts';
import { durationInput } from './quantities.ts';
import type { Path, SourceDocument } from './yaml-document.ts';

/** A promise of the list that a use stands for. */
interface Origin {
  readonly name: string;
  readonly use: CatalogueUse;
  readonly stood: StoodFor;
}

/** What stands at a place of the expanded list: an own promise, or one of the catalogue. */
interface Slot {
  /** Its place in the list as written. */
  readonly index: number;
  readonly value: unknown;
  readonly origin: Origin | null;
}

export interface ExpandedPromises {
  readonly document: SourceDocument;
  readonly diagnostics: readonly Diagnostic[];
  /** What is left out though nobody asked for it. */
  readonly notes: readonly Diagnostic[];
}

const isUse = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && 'use' in value;

/**
 * The document with each use replaced by its promises. `judgedMicros`: how much of the load is judged; default: what the
 * scenario says.
 */
export async function expandCatalogue(
  document: SourceDocument,
  around: { readonly file: string | null; readonly cwd: string },
  judgedMicros: number | null = judgedIn(document.value),
): Promise<ExpandedPromises> {
  const slo = valueAt(document.value, ['slo']);
  if (!Array.isArray(slo) || !slo.some(isUse)) return { document, diagnostics: [], notes: [] };
  const folder = around.file === null ? around.cwd : dirname(around.file);
  const diagnostics: Diagnostic[] = [];
  const notes: Diagnostic[] = [];
  const slots: Slot[] = [];
  for (const [index, value] of (slo as readonly unknown[]).entries()) {
    if (!isUse(value)) {
      slots.push({ index, value, origin: null });
      continue;
    }
    const found = await standsFor(document, index, value, judgedMicros, { folder, cwd: around.cwd });
    diagnostics.push(...found.diagnostics);
    notes.push(...found.notes);
    slots.push(...found.slots);
  }
  if (diagnostics.length > 0) return { document, diagnostics, notes: [] };
  const expanded = { ...(document.value as object), slo: slots.map(({ value }) => value) };
  return { document: placed(document, expanded, slots), diagnostics, notes };
}

async function standsFor(
  document: SourceDocument,
  index: number,
  value: unknown,
  judgedMicros: number | null,
  around: { readonly folder: string; readonly cwd: string },
): Promise<{ slots: Slot[]; diagnostics: readonly Diagnostic[]; notes: readonly Diagnostic[] }> {
  const at = ['slo', index];
  const none = (diagnostics: readonly Diagnostic[]) => ({ slots: [], diagnostics, notes: [] });
  const parsed = parseValue(catalogueUseInput, value);
  if (parsed.value === undefined) {
    const problems = parsed.problems.map((one) => ({ ...one, path: [...at, ...one.path] }));
    return none(placeProblems(document, problems));
  }
  const use = parsed.value;
  const file = await findCatalogueEntry(use.use, [...at, 'use'], document, around);
  if ('diagnostics' in file) return none(file.diagnostics);
  const { promises, notes, problems } = expandUse(file, use, at, judgedMicros);
  if (problems.length > 0) return none(placeProblems(document, problems));
  const told = notes.map((message): Problem => ({ path: [...at, 'use'], part: 'value', message }));
  return {
    slots: promises.map((stood) => ({
      index,
      value: stood.written,
      origin: { name: file.name, use, stood },
    })),
    diagnostics: [],
    notes: placeProblems(document, told),
  };
}

/** How much of a scenario's load is judged; null: its load or its warm-up cannot be read, which is told elsewhere. */
function judgedIn(scenario: unknown): number | null {
  const load = z
    .array(loadEntryInput)
    .min(1)
    .safeParse(valueAt(scenario, ['load']));
  const warmup = durationInput.safeParse(valueAt(scenario, ['warmup']) ?? '0s');
  if (!load.success || !warmup.success) return null;
  const ends = load.data.map((entry) => entry.delayMicros + entryMicros(entry));
  return Math.max(0, Math.max(...ends) - warmup.data);
}

function placed(document: SourceDocument, value: unknown, slots: readonly Slot[]): SourceDocument {
  const slotOf = ([root, index]: Path): Slot | undefined =>
    root === 'slo' && typeof index === 'number' ? slots[index] : undefined;
  const asWritten = (path: Path, { index }: Slot): Path => ['slo', index, ...path.slice(2)];
  return {
    file: document.file,
    value,
    place: (path, part, offset) => {
      const slot = slotOf(path);
      if (slot === undefined) return document.place(path, part, offset);
      const { origin } = slot;
      if (origin === null) return document.place(asWritten(path, slot), part, offset);
      return document.place(['slo', slot.index, ...whereGiven(origin, path.slice(2), offset)], 'value');
    },
    written: (path) => {
      const slot = slotOf(path);
      if (slot === undefined) return document.written(path);
      return slot.origin === null ? document.written(asWritten(path, slot)) : '';
    },
    about: (path, offset) => {
      const origin = slotOf(path)?.origin ?? null;
      // A parameter that was given is to blame alone, and may be told once for all promises that have it.
      if (origin === null || whereGiven(origin, path.slice(2), offset)[0] !== 'use') return null;
      const { name, stood } = origin;
      return {
        before: `${quoted(name)} promises \`${stood.text}\`: `,
        after: `to do without it: \`except: [${stood.id}]\``,
      };
    },
  };
}

/** The place in a use that a part of one of its promises comes from. `inside`: the path within the promise. */
function whereGiven({ use, stood }: Origin, inside: Path, offset: number | undefined): Path {
  const [key] = inside;
  const { id, template, values } = stood;
  const change = use.override?.[id];
  if (key !== undefined && key !== 'assert') {
    const isOverridden = typeof change === 'object' && Object.hasOwn(change, key);
    return isOverridden ? ['override', id, ...inside] : ['use'];
  }
  const name = parameterAt(template, values, offset);
  if (name === builtIn && change !== undefined) {
    if (typeof change !== 'object') return ['override', id];
    return change.limit === undefined ? ['use'] : ['override', id, 'limit'];
  }
  return name !== null && Object.hasOwn(use.with ?? {}, name) ? ['with', name] : ['use'];
}
