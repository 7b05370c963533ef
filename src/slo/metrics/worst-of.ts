// Of several faults or containers the one that is worst for a promise, and what the others leave open.

import type { Operator } from '../expression.ts';
import type { Reading } from './metric.ts';

/**
 * Of at least one: the largest, for `>` the smallest. One that cannot be read leaves all open, for it might be worse; one
 * that is open about a limit, or rests on too few samples (`few`), does so unless the worst breaks the limit for certain.
 */
export function worstOf(
  readings: readonly Reading[],
  operator: Operator | null,
  few: (samples: number) => string | null = () => null,
): Reading {
  const open = readings.find((reading) => reading.value === null && reading.nothingToJudge !== true);
  if (open !== undefined) return open;
  const known = readings.filter(({ value }) => value !== null);
  const sign = operator?.startsWith('>') === true ? -1 : 1;
  const weight = ({ value }: Reading): number => sign * (value ?? 0);
  const [first = readings[0], ...more] = known;
  if (first === undefined) throw new Error('nothing to choose the worst of');
  if (more.length === 0) return first;
  const worst = more.reduce((most, reading) => (weight(reading) > weight(most) ? reading : most), first);
  const others = known.filter((reading) => reading !== worst);
  return {
    ...worst,
    // The largest is at least as large as any of them; the smallest is no larger than itself.
    atLeast: sign === 1 ? known.some(({ atLeast }) => atLeast) : worst.atLeast,
    undecided: (limit) => {
      const own = worst.undecided?.(limit) ?? null;
      if (own !== null) return own;
      if (weight(worst) > sign * limit) return null;
      const doubts = others.map((one) => few(one.samples) ?? one.undecided?.(limit) ?? null);
      return doubts.find((reason) => reason !== null) ?? null;
    },
  };
}
