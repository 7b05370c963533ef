// A ratio of two counters of the target is a share of what the right one counted: how many that must be.

import type { Operator } from './expression.ts';
import type { Reading } from './metrics/metric.ts';

/** Two counted shares are compared on at least so many of what they count. */
export const fewestCounted = 10;
/** More bad ones than this are no bad luck, however few samples there are. */
const certainlyBad = 10;

/** How many the right side counted, where both are counters of things; null: they are not. */
export const countedBy = (one: Reading, other: Reading): number | null =>
  one.counted === undefined || other.counted === undefined ? null : Math.floor(other.counted + 1e-9);

interface CountedRatio {
  readonly value: number;
  readonly counted: number;
  /** The right side in words. */
  readonly by: string;
}

/**
 * Why so many are too few for the limit (null: none), or null. As for other shares n · min(limit, 1 − limit) ≥ 1, and at
 * least 10 in any case; more than 10 bad ones break a limit all the same.
 */
export function tooFewCounted(
  { value, counted, by }: CountedRatio,
  { limit, operator }: { readonly limit: number | null; readonly operator: Operator | null },
): string | null {
  const upwards = operator?.startsWith('<') === true;
  if (limit !== null && limit <= 0 && upwards) return `no number of samples can show ${operator} ${limit}`;
  const isShare = limit !== null && limit > 0 && limit < 1;
  const needed = Math.max(fewestCounted, isShare ? Math.ceil(1 / Math.min(limit, 1 - limit) - 1e-6) : 0);
  if (counted >= needed) return null;
  const isBroken = limit !== null && operator !== null && (upwards ? value > limit : value < limit);
  const bad = counted * (upwards ? value : 1 - value);
  if (isBroken && bad > certainlyBad) return null;
  return `${by} counted ${counted} in that time, at least ${needed} are needed`;
}
