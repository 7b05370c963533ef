// A fault that was in effect several times has several readings; a promise is held against one.

import type { Reading } from './metrics/metric.ts';

const noneOf = (readings: readonly Reading[]): Reading | undefined =>
  readings.find(({ value, nothingToJudge }) => value === null && nothingToJudge !== true);

const samplesOf = (readings: readonly Reading[]): number =>
  readings.reduce((sum, { samples }) => sum + samples, 0);

/**
 * The worst of at least one. One that cannot be told decides, for it may be the worst, and so does one that does not
 * decide a limit, unless the worst is beyond it; one with nothing to judge counts only where all are such.
 */
export function worstOf(readings: readonly Reading[]): Reading {
  const [first] = readings;
  if (first === undefined) throw new Error('a fault without a reading');
  if (readings.length === 1) return first;
  const unknown = noneOf(readings);
  if (unknown !== undefined) return { ...unknown, note: ofSeveral(unknown, readings) };
  const known = readings.filter(({ value }) => value !== null);
  const worst = known.reduce<Reading | undefined>(
    (held, one) => (held === undefined || rank(one) > rank(held) ? one : held),
    undefined,
  );
  if (worst === undefined) return { ...first, samples: samplesOf(readings) };
  const atLeast = known.some((one) => one.atLeast);
  return {
    ...{ ...worst, atLeast, samples: samplesOf(readings), note: ofSeveral(worst, readings) },
    undecided: (limit) => {
      const own = worst.undecided?.(limit) ?? null;
      if (own !== null || rank(worst) > limit) return own;
      const open = known.find((one) => (one.undecided?.(limit) ?? null) !== null);
      return open === undefined ? null : `${placeOf(open, readings)}: ${open.undecided?.(limit) ?? ''}`;
    },
  };
}

/** All of them together; a sum with a part that cannot be told cannot be told either. */
export function sumOf(readings: readonly Reading[]): Reading {
  const [first] = readings;
  if (first === undefined) throw new Error('a fault without a reading');
  if (readings.length === 1) return first;
  const unknown = noneOf(readings);
  if (unknown !== undefined) return { ...unknown, note: ofSeveral(unknown, readings) };
  return {
    value: readings.reduce((sum, { value }) => sum + (value ?? 0), 0),
    atLeast: readings.some((one) => one.atLeast),
    samples: samplesOf(readings),
    note: `over ${readings.length} times`,
  };
}

const rank = ({ value }: Reading): number => value ?? -Infinity;

const placeOf = (one: Reading, readings: readonly Reading[]): string =>
  `#${readings.indexOf(one) + 1} of ${readings.length}`;

function ofSeveral(one: Reading, readings: readonly Reading[]): string {
  const which = placeOf(one, readings);
  return one.note === null ? which : `${which}: ${one.note}`;
}
