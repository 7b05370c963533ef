// "Did you mean …?": the nearest known word to one that nobody knows.

/** Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours cost 1 each. */
function distance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const substitution = from[row - 1] === to[column - 1] ? 0 : 1;
      let best = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + substitution,
      );
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (row > 1 && column > 1 && swapped) best = Math.min(best, at(beforeLast, column - 2) + 1);
      current.push(best);
    }
    beforeLast = last;
    last = current;
  }
  return at(last, to.length);
}

const at = (row: readonly number[], column: number): number => row[column] ?? Number.POSITIVE_INFINITY;

/** `max_in_flight`, `MaxInFlight` and `max-in-flight` are one word written three ways. */
const plain = (word: string): string => word.toLowerCase().replace(/[-_ ]/g, '');

/**
 * The known word nearest to `word`, or undefined when none is near enough: at most one slip per three letters,
 * and never a word of which less than half is left.
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(plain(word).length / 3)) + 1;
  for (const candidate of known) {
    if (candidate === word) continue;
    const apart = distance(plain(word), plain(candidate));
    if (apart < bestDistance && apart * 2 <= Math.min(plain(word).length, plain(candidate).length)) {
      best = candidate;
      bestDistance = apart;
    }
  }
  return best;
}

/** The phrase for a diagnostic, or undefined. */
export function didYouMean(word: string, known: Iterable<string>): string | undefined {
  const candidate = nearest(word, known);
  return candidate === undefined ? undefined : `did you mean "${candidate}"?`;
}
