// Medians of values that may be lower bounds.

import type { MeasuredPair } from './pair-values.ts';
import { median } from './signed-rank.ts';

interface RoleMedian {
  /** Null when there is no value. */
  readonly value: number | null;
  /** It is a lower bound: a value that it rests on is one. */
  readonly atLeast: boolean;
}

/** Of values that may be lower bounds. */
export function boundedMedian(
  sides: readonly { readonly value: number | null; readonly atLeast: boolean }[],
): RoleMedian {
  const values = sides.flatMap(({ value }) => value ?? []);
  if (values.length === 0) return { value: null, atLeast: false };
  const greatest = sides.flatMap(({ value, atLeast }) =>
    value === null ? [] : [atLeast ? Number.POSITIVE_INFINITY : value],
  );
  const value = median(values);
  return { value, atLeast: median(greatest) !== value };
}

/** As records store the medians of the runs of both sides. */
export function mediansOf(pairs: readonly MeasuredPair[]): {
  beforeMedian: number | null;
  afterMedian: number | null;
  beforeMedianAtLeast: boolean;
  afterMedianAtLeast: boolean;
} {
  const before = boundedMedian(pairs.map((pair) => pair.before));
  const after = boundedMedian(pairs.map((pair) => pair.after));
  return {
    beforeMedian: before.value,
    afterMedian: after.value,
    beforeMedianAtLeast: before.atLeast,
    afterMedianAtLeast: after.atLeast,
  };
}
