// What is only known to lie between two bounds, as a quantile does within its bucket: which limits that decides.

import type { Operation, Operator } from './expression.ts';

/** The upper bound is one of the values that it may have. */
export interface Bounds {
  /** −Infinity: nothing is known below `to`. */
  readonly from: number;
  readonly to: number;
  /** Whether it may be `from` itself. */
  readonly fromIncluded: boolean;
}

/** Whether all that lies between the bounds keeps a limit, or nothing does. `operator` null: any may be asked about. */
export function decides(
  { from, to, fromIncluded }: Bounds,
  operator: Operator | null,
  limit: number,
): boolean {
  const below = to < limit || from >= limit;
  const upTo = to <= limit || (fromIncluded ? from > limit : from >= limit);
  if (operator === null) return below && upTo;
  // `>=` is what `<` is not, and `>` what `<=` is not.
  return operator === '<' || operator === '>=' ? below : upTo;
}

/** Of one divided by the other (which is above zero), or less it; a bound that neither reaches counts as reached. */
export function combinedBounds(one: Bounds, other: Bounds, operation: Operation): Bounds {
  if (operation === '-') return { from: one.from - other.to, to: one.to - other.from, fromIncluded: true };
  const least = Math.max(0, other.from);
  return {
    from: one.from < 0 ? -Infinity : one.from / other.to,
    to: one.to <= 0 ? 0 : one.to / least,
    fromIncluded: true,
  };
}

/** Of what is known exactly. */
export const exactly = (value: number): Bounds => ({ from: value, to: value, fromIncluded: true });
