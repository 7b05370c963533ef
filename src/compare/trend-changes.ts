// How far each level lies from those before it, what that means, and which regressions still stand.

import { bandOf } from './outcome.ts';
import { median } from './signed-rank.ts';
import type { TrendChange, TrendLevel } from './trend-schema.ts';
import { toleranceFrom, type TrendScale } from './trend-values.ts';

/** Values on the scale; in `open` those that are only bounded are without end. */
export interface Stretch extends TrendLevel {
  readonly values: readonly number[];
  readonly open: readonly number[];
  /** At least half of them are only bounded: so is their median, and nothing says how far it lies above. */
  readonly isOpen: boolean;
}

/** How far the second sample lies above the first: the median of all differences (Hodges and Lehmann 1963). */
export const shiftBetween = (before: readonly number[], after: readonly number[]): number =>
  median(after.flatMap((second) => before.map((first) => second - first)));

type Judged = Pick<TrendChange, 'judgedShift' | 'tolerance' | 'outcome'>;

/** Wherever the values that are only bounded really lie. */
function isSure(before: Stretch, after: Stretch, band: ReturnType<typeof bandOf>, isUp: boolean): boolean {
  return isUp
    ? shiftBetween(before.open, after.values) > band.high
    : shiftBetween(before.values, after.open) < band.low;
}

function outcomeOf(scale: TrendScale, before: Stretch, after: Stretch, shift: number): Judged['outcome'] {
  const { better } = scale;
  if (before.isOpen && after.isOpen) return 'not told';
  // A bound ranks among the failures, however near to it the known values were.
  const turnsOpen = after.isOpen && after.median >= before.median;
  if (turnsOpen && better !== 'higher') return better === null ? 'changed' : 'regressed';
  const band = bandOf(toleranceFrom(scale, before.median), scale.scale);
  if (shift >= band.low && shift <= band.high) {
    const isKnown = !after.isOpen && !(before.isOpen && better !== 'lower');
    return isKnown ? 'within tolerance' : 'not told';
  }
  if (better === null) return 'changed';
  const isUp = shift > 0;
  const sure = isSure(before, after, band, isUp);
  // Lower bounds are no proof that something became better, nor that it became worse than what is only bounded.
  if (isUp === (better === 'lower')) return before.isOpen && !sure ? 'not told' : 'regressed';
  return sure ? 'improved' : 'not told';
}

function judged(scale: TrendScale, before: Stretch, after: Stretch): Judged {
  const judgedShift = shiftBetween(before.values, after.values);
  const tolerance = toleranceFrom(scale, before.median);
  return { judgedShift, tolerance, outcome: outcomeOf(scale, before, after, judgedShift) };
}

type Found = Judged & Pick<TrendChange, 'index' | 'p' | 'shift' | 'against'>;

interface Level {
  readonly at: number;
  readonly stretch: Stretch;
}

/** Against the base, since small steps add up, and against the level before, since a step may follow one the other way. */
function judgedAgainst(
  scale: TrendScale,
  base: Level,
  before: Level,
  after: Stretch,
): Judged & Pick<Found, 'against'> {
  const ofBase = { against: base.at, ...judged(scale, base.stretch, after) };
  if (base.at === before.at) return ofBase;
  const both = [ofBase, { against: before.at, ...judged(scale, before.stretch, after) }];
  const worst = (['regressed', 'not told', 'changed'] as const).flatMap((outcome) =>
    both.filter((one) => one.outcome === outcome),
  );
  return worst[0] ?? ofBase;
}

/** The better of two levels. */
function betterOf({ better }: TrendScale, one: Level, other: Level): Level {
  const isLower = one.stretch.median < other.stretch.median;
  return isLower === (better === 'lower') ? one : other;
}

/**
 * What the next level is judged against: this one, or the old base as long as this one is within its tolerance. Where a
 * regression is mended the level before it counts again, so that nothing creeps up from a higher one unseen.
 */
function baseAfter(
  scale: TrendScale,
  levels: readonly Level[],
  base: Level,
  changes: readonly Found[],
): Level {
  const last = changes.at(-1);
  const after = levels[changes.length];
  if (last === undefined || after === undefined) return base;
  if (last.outcome === 'regressed') return after;
  const mended = changes.flatMap(({ outcome, against }) => {
    const own = levels[against];
    if (outcome !== 'regressed' || own === undefined) return [];
    return judged(scale, own.stretch, after.stretch).outcome === 'within tolerance' ? [own] : [];
  });
  const next = last.outcome === 'within tolerance' ? base : after;
  return mended.reduce((best, one) => betterOf(scale, one, best), next);
}

function foundChanges(scale: TrendScale, levels: readonly Level[], ps: readonly number[]): Found[] {
  const found: Found[] = [];
  let base = levels[0];
  for (const [index, after] of levels.slice(1).entries()) {
    const before = levels[index];
    if (before === undefined || base === undefined) break;
    const shift = shiftBetween(before.stretch.values, after.stretch.values);
    const own = { index: after.stretch.from, p: ps[index] ?? 1, shift };
    found.push({ ...own, ...judgedAgainst(scale, base, before, after.stretch) });
    base = baseAfter(scale, levels, base, found);
  }
  return found;
}

/** How far it has come from its base before the next regression is judged by itself. */
function reachedBy(
  stretches: readonly Stretch[],
  found: readonly Found[],
  at: number,
): TrendChange['reached'] {
  const next = found.findIndex(({ outcome }, index) => index > at && outcome === 'regressed');
  const own = stretches.slice(at + 1, next < 0 ? undefined : next + 1);
  const [base, last] = [stretches[found[at]?.against ?? 0], own.at(-1)];
  const shift = base === undefined || last === undefined ? 0 : shiftBetween(base.values, last.values);
  return { shift, atLeast: own.some(({ isOpen }) => isOpen) };
}

/** `ps`: of the changes, by time. */
export function changesBetween(
  scale: TrendScale,
  stretches: readonly Stretch[],
  ps: readonly number[],
): TrendChange[] {
  const levels = stretches.map((stretch, at) => ({ at, stretch }));
  const found = foundChanges(scale, levels, ps);
  return found.map((change, at) => {
    const base = stretches[change.against];
    const isMended = stretches.slice(at + 1).some((later) => {
      const outcome = base === undefined ? 'not told' : judged(scale, base, later).outcome;
      return outcome === 'within tolerance' || outcome === 'improved';
    });
    const stands = change.outcome === 'regressed' && !isMended;
    return { ...change, reached: reachedBy(stretches, found, at), stands, suppressed: null };
  });
}
