// Many tests at once: p-values adjusted so that looking at all of them does not promise too much.

interface Ranked {
  readonly p: number;
  /** Place in the list as given. */
  readonly at: number;
}

function risingFrom(pValues: readonly number[]): Ranked[] {
  for (const p of pValues) {
    if (!(p >= 0 && p <= 1)) throw new RangeError(`${p} is not a probability`);
  }
  return pValues.map((p, at) => ({ p, at })).sort((a, b) => a.p - b.p);
}

function inGivenOrder(ranked: readonly Ranked[], adjusted: readonly number[]): number[] {
  const result = adjusted.slice();
  for (const [rank, { at }] of ranked.entries()) result[at] = adjusted[rank] ?? 1;
  return result;
}

/**
 * Holm (1979): keeps the chance of even one false finding among all tests. Adjusted p-values in the given order, none
 * above 1: the i-th smallest times (m − i + 1), and never below one that is smaller.
 */
export function holm(pValues: readonly number[]): number[] {
  const ranked = risingFrom(pValues);
  let least = 0;
  const adjusted = ranked.map(({ p }, rank) => {
    least = Math.max(least, Math.min(1, p * (ranked.length - rank)));
    return least;
  });
  return inGivenOrder(ranked, adjusted);
}

/**
 * Benjamini and Hochberg (1995): keeps the share of false findings among those found. Adjusted p-values in the given
 * order, none above 1: the i-th smallest times m / i, and never above one that is greater.
 */
export function benjaminiHochberg(pValues: readonly number[]): number[] {
  const ranked = risingFrom(pValues);
  let most = 1;
  const falling = ranked.map(({ p }, rank) => ({ p, rank })).reverse();
  const adjusted = falling.map(({ p, rank }) => {
    most = Math.min(most, (p * ranked.length) / (rank + 1));
    return most;
  });
  return inGivenOrder(ranked, adjusted.reverse());
}
