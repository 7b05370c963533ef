// How often the rule calls a change where there is none: the same pairs again and again with members swapped.

import { createRandom, deriveSeed } from '../kernel/random.ts';
import type { Effect } from './pair-values.ts';
import { hodgesLehmann, type Interval, signedRankTrim } from './signed-rank.ts';

/*
 * Method. When both members of a pair are the same variant, which of them is called `before` means nothing: every effect
 * could as well have had the other sign (Fisher 1935, chapter 3). So 2ⁿ comparisons of the same runs are equally likely; the
 * share of them that the rule calls improved or regressed is its false-alarm rate given the spread of these pairs. All are
 * made for few pairs, else so many draws. That an effect and its opposite are equally likely is assumed: it holds when the
 * order inside pairs is drawn. No new data come of it; what drifts from one run to the next is seen as spread.
 */

/** Up to so many pairs every relabelling is made: 2¹² = 4,096. */
const mostForAll = 12;
const draws = 2 ** mostForAll;

/** The rule of comparisons, as far as it depends on effects. */
export interface Rule {
  /** Changes too small to matter, on the scale of effects. */
  readonly band: Interval;
  /** Of the interval that must exclude 0. */
  readonly confidence: number;
}

/** How many Walsh averages have this sign or are 0; each value with itself included. */
function countOf(values: readonly number[], sign: 1 | -1): number {
  let count = 0;
  for (let i = 0; i < values.length; i += 1) {
    for (let j = i; j < values.length; j += 1) {
      if (sign * ((values[i] ?? 0) + (values[j] ?? 0)) >= 0) count += 1;
    }
  }
  return count;
}

/**
 * Whether these effects are called a change: the interval excludes 0, and the estimate lies beyond the band whatever the
 * bounds it rests on hide. `trim` is that of the interval (null: too few pairs for one). Counting the averages on the other
 * side of 0 says the same as sorting them all.
 */
function isCalled(effects: readonly Effect[], band: Interval, trim: number | null): boolean {
  if (trim === null) return false;
  const least = effects.map((effect) => effect.least);
  if (countOf(least, -1) <= trim) return hodgesLehmann(least) > band.high;
  const greatest = effects.map((effect) => effect.greatest);
  return countOf(greatest, 1) <= trim && hodgesLehmann(greatest) < band.low;
}

/** The same pair with its members swapped; what was open upward is then open downward. */
const swapped = ({ value, least, greatest }: Effect): Effect => ({
  value: -value,
  least: -greatest,
  greatest: -least,
});

export interface Relabelled {
  readonly comparisons: number;
  readonly falseAlarms: number;
}

/** The same effects and seed give the same counts anywhere; with few pairs the seed means nothing. */
export function relabel(effects: readonly Effect[], { band, confidence }: Rule, seed: number): Relabelled {
  if (effects.length === 0) return { comparisons: 0, falseAlarms: 0 };
  const all = effects.length <= mostForAll;
  const comparisons = all ? 2 ** effects.length : draws;
  const random = createRandom(deriveSeed(seed, 'relabelling'));
  const trim = signedRankTrim(effects.length, confidence);
  const other = effects.map(swapped);
  let falseAlarms = 0;
  for (let index = 0; index < comparisons; index += 1) {
    const relabelled = effects.map((effect, at) => {
      const swap = all ? ((index >> at) & 1) === 1 : random() < 0.5;
      return (swap ? other[at] : undefined) ?? effect;
    });
    if (isCalled(relabelled, band, trim)) falseAlarms += 1;
  }
  return { comparisons, falseAlarms };
}
