// A step within a level of so few runs that no change point can be told in it yet: never enough to fail, too much to pass.

import { bandOf } from './outcome.ts';
import { median } from './signed-rank.ts';
import { shiftBetween, type Stretch } from './trend-changes.ts';
import type { TrendMetric } from './trend-schema.ts';
import { toleranceFrom, type TrendScale, unscaled } from './trend-values.ts';

/** From so many runs on, change points find a step of the newest five by themselves, also beside an outlier. */
export const fewestToSee = 50;
/** For all places where the step may be together. */
const significance = 0.05;

/**
 * P(U ≥ u) of the rank sum of `second` values among `first` others when nothing differs: exact, by counting the orders
 * (Mann and Whitney 1947), the coefficients of ∏ (1 − q^(first+i)) / (1 − q^i).
 */
export function rankSumTail(first: number, second: number, u: number): number {
  const counts = Array.from<number>({ length: first * second + 1 })
    .fill(0)
    .fill(1, 0, 1);
  for (let factor = 1; factor <= second; factor += 1) {
    for (let at = counts.length - 1; at >= first + factor; at -= 1)
      counts[at] = (counts[at] ?? 0) - (counts[at - first - factor] ?? 0);
    for (let at = factor; at < counts.length; at += 1)
      counts[at] = (counts[at] ?? 0) + (counts[at - factor] ?? 0);
  }
  const sum = (from: number): number => counts.slice(from).reduce((total, count) => total + count, 0);
  return sum(Math.max(0, Math.ceil(u))) / sum(0);
}

/** Pairs in which the second is greater; a tie counts for neither. */
const greaterPairs = (first: readonly number[], second: readonly number[]): number =>
  second.reduce((sum, later) => sum + first.filter((earlier) => later > earlier).length, 0);

type Step = NonNullable<TrendMetric['suspected']>;

/** The last `count` runs of the level against its others: a step to the worse side beyond the tolerance, or null. */
function stepOf(scale: TrendScale, level: Stretch, count: number): Step | null {
  const at = level.values.length - count;
  const [first, second] = [level.values.slice(0, at), level.values.slice(at)];
  const shift = shiftBetween(first, second);
  const band = bandOf(toleranceFrom(scale, unscaled(scale, median(first))), scale.scale);
  if (shift >= band.low && shift <= band.high) return null;
  const isUp = shift > 0;
  if (scale.better !== null && isUp !== (scale.better === 'lower')) return null;
  const pairs = isUp ? greaterPairs(first, second) : greaterPairs(second, first);
  const sides = scale.better === null ? 2 : 1;
  const p = Math.min(1, sides * rankSumTail(first.length, second.length, pairs));
  return { index: level.from + at, shift, p };
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** How much of the squares a step before `index` explains: where it most likely is, whichever place is rarest by chance. */
function explains({ values, from }: Stretch, { index }: Step): number {
  const [first, second] = [values.slice(0, index - from), values.slice(index - from)];
  return ((first.length * second.length) / values.length) * (meanOf(second) - meanOf(first)) ** 2;
}

/** The likeliest step in the newest level. `fewest`: runs on each side of it. */
export function suspectedStep(scale: TrendScale, level: Stretch, fewest: number): Step | null {
  const places = level.values.length - 2 * fewest + 1;
  if (places < 1 || level.values.length >= fewestToSee) return null;
  const steps = Array.from({ length: places }, (_, more) => stepOf(scale, level, fewest + more))
    .flatMap((step) => (step === null ? [] : [{ ...step, p: Math.min(1, step.p * places) }]))
    .filter(({ p }) => p <= significance)
    .sort((a, b) => explains(level, b) - explains(level, a));
  return steps[0] ?? null;
}
