// Where a series of runs changed for good: e-divisive with a seeded permutation test.

export interface ChangePointOptions {
  readonly seed: number;
  /** At least 1,999. */
  readonly permutations?: number;
  /** 0.001 */
  readonly significance?: number;
  /** Fewest values on each side of a change. */
  readonly fewest?: number;
}

export interface ChangePoint {
  /** Index of the first value of the new level. */
  readonly index: number;
  readonly p: number;
}

/** Rising by index; empty for fewer than 15 values. The same values and seed give the same answer anywhere. */
export function changePoints(_values: readonly number[], _options: ChangePointOptions): ChangePoint[] {
  throw new Error('not yet');
}
