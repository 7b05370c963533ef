// What a mistyped word in a promise may have meant.

import { nearest } from '../kernel/suggest.ts';

/** `did you mean …?` when a known word is near, else the list of what is known; null when nothing is known. */
export function suggestionFor(word: string, known: readonly string[]): string | null {
  if (known.length === 0) return null;
  const candidate = nearest(word, known);
  return candidate === undefined ? `known: ${known.join(', ')}` : `did you mean \`${candidate}\`?`;
}
