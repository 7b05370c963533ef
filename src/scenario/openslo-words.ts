// What OpenSLO has no words for: `mettle/…` annotations (or labels) of an SLO and its indicator.

import { didYouMean } from '../kernel/suggest.ts';
import { quoted } from './issue-words.ts';
import type { Problem } from './issues.ts';
import type { Metadata } from './openslo-schema.ts';
import type { Path, SourceDocument } from './yaml-document.ts';

const prefix = 'mettle/';

/** `mettle/metric: p95(query)` and so on, without the prefix. */
const wordNames = [
  'metric',
  'unit',
  'op',
  'limit',
  'versus',
  'severity',
  'window',
  'abort',
  'min-samples',
  'on-no-data',
] as const;

export type WordName = (typeof wordNames)[number];

/** A place in one of the documents of a file. */
export interface Spot {
  readonly document: SourceDocument;
  readonly path: Path;
}

export interface Refused extends Pick<Problem, 'message' | 'suggestion'> {
  readonly spot: Spot;
  readonly part?: Problem['part'];
}

/** Carries what is refused out of the reading of one objective. */
export class Refusal extends Error {
  readonly refused: Refused;
  constructor(refused: Refused) {
    super(refused.message);
    this.refused = refused;
  }
}

/** Throws Refusal. */
export function refuse(spot: Spot, message: string, suggestion?: string): never {
  throw new Refusal({ spot, message, suggestion });
}

export const below = ({ document, path }: Spot, ...keys: Path): Spot => ({
  document,
  path: [...path, ...keys],
});

interface Word {
  readonly text: string;
  readonly spot: Spot;
}

export type Words = Readonly<Partial<Record<WordName, Word>>>;

/** The annotations of each; two that differ are refused, and so is a word that nobody knows. */
export function wordsOf(all: readonly { readonly metadata: Metadata | undefined; readonly spot: Spot }[]): {
  readonly words: Words;
  readonly refused: readonly Refused[];
} {
  const words: Partial<Record<WordName, Word>> = {};
  const refused: Refused[] = [];
  for (const { metadata, spot } of all) {
    for (const kind of ['annotations', 'labels'] as const) {
      for (const [key, value] of Object.entries(metadata?.[kind] ?? {})) {
        if (!key.startsWith(prefix)) continue;
        const at: Spot = { document: spot.document, path: [...spot.path, kind, key] };
        const name = wordNames.find((known) => key === prefix + known);
        const text = textOf(value);
        if (name === undefined) refused.push({ spot: at, part: 'key', ...unknownWord(key) });
        else if (text === null) refused.push({ spot: at, message: `${quoted(key)} is not a text` });
        else if (words[name] !== undefined && words[name].text !== text)
          refused.push({ spot: at, message: `${quoted(key)} is ${quoted(words[name].text)} elsewhere` });
        else words[name] ??= { text, spot: at };
      }
    }
  }
  return { words, refused };
}

const textOf = (value: unknown): string | null => {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
};

function unknownWord(key: string): Pick<Refused, 'message' | 'suggestion'> {
  const known = wordNames.map((name) => prefix + name);
  return {
    message: `unknown annotation ${quoted(key)}`,
    suggestion: didYouMean(key, known) ?? `known: ${known.join(', ')}`,
  };
}
