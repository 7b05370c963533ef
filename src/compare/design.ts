// How many pairs a comparison is made of, when it looks at them, and at which confidence each look is judged.

/** `looks`: the numbers of pairs after which it is judged, rising; the last is the most there will be. */
export interface ComparisonDesign {
  readonly kind: 'fixed' | 'looks';
  readonly looks: readonly number[];
}

export interface Levels {
  /** Of the interval that must exclude 0, and of claims: 0.95, or less room for error at each of two looks. */
  readonly confidence: number;
  /** Of the interval that must lie inside the tolerance band. */
  readonly equivalence: number;
}

export const fixedDesign = (pairs: number): ComparisonDesign => ({ kind: 'fixed', looks: [pairs] });

/** `--max-pairs 16`: looks at 8 and 16. */
export const twoLooks = (most: number): ComparisonDesign => ({ kind: 'looks', looks: [most / 2, most] });

/** Pocock's level for two looks: each at 2.94 % instead of 5 % keeps the whole at 5 %. */
const twoLookLevels: Levels = { confidence: 0.9706, equivalence: 0.9412 };
export const fixedLevels: Levels = { confidence: 0.95, equivalence: 0.9 };

export const levelsOf = (design: ComparisonDesign): Levels =>
  design.kind === 'looks' ? twoLookLevels : fixedLevels;

export const plannedPairs = ({ looks }: ComparisonDesign): number => looks.at(-1) ?? 0;
