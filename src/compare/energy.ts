// Where a stretch of values splits best: the energy statistic with exponent 1 over every split and end (e-divisive).

/** The first value of the new level, and how much the values before it differ from those after it. */
export interface Split {
  readonly at: number;
  readonly energy: number;
}

/** Equal but for rounding: a split must beat the best so far by more than this share of it. */
const rounding = 1e-9;

/** Sums of |xᵢ − xⱼ| over all pairs within the first k values, for k = 0 … n. */
function withinFirst(values: Float64Array): Float64Array {
  const within = new Float64Array(values.length + 1);
  for (let end = 0; end < values.length; end += 1) {
    const value = values[end] as number;
    let toEarlier = 0;
    for (let other = 0; other < end; other += 1) toEarlier += Math.abs(value - (values[other] as number));
    within[end + 1] = (within[end] as number) + toEarlier;
  }
  return within;
}

/** Mean distance across twice, less the mean distances within, weighted by mn/(m + n). */
function energyOf(m: number, n: number, sums: { across: number; left: number; right: number }): number {
  const { across, left, right } = sums;
  const distance = (2 * across) / (m * n) - (2 * left) / (m * (m - 1)) - (2 * right) / (n * (n - 1));
  return ((m * n) / (m + n)) * distance;
}

/**
 * The best split of the values into [0, at) and [at, end) over every `at` and `end` with at least `fewest` values on
 * each side. `end` need not be the end of the values: so a change is seen although a later one takes it back.
 */
export function bestSplit(values: Float64Array, fewest: number): Split | null {
  const n = values.length;
  const first = withinFirst(values);
  /** By end: sum over pairs within [at, end). */
  const within = new Float64Array(n + 1);
  let best: Split | null = null;
  for (let at = n - 1; at >= fewest; at -= 1) {
    const value = values[at] as number;
    const left = first[at] as number;
    let toLater = 0;
    for (let end = at + 1; end <= n; end += 1) {
      toLater += Math.abs(value - (values[end - 1] as number));
      const right = (within[end] as number) + toLater;
      within[end] = right;
      if (end - at < fewest) continue;
      const across = (first[end] as number) - left - right;
      const energy = energyOf(at, end - at, { across, left, right });
      if (best === null || energy > best.energy * (1 + rounding)) best = { at, energy };
    }
  }
  return best;
}
