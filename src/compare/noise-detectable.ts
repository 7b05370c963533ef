// What other numbers of pairs could show, given the spread of those at hand.

import type { MetricNoise } from '../record/noise-schema.ts';
import type { Direction } from '../slo/direction.ts';
import { fixedDesign, type Levels, levelsOf, twoLooks } from './design.ts';
import { detectableWith } from './detectable.ts';
import { asShare, bandOf } from './outcome.ts';
import type { MetricComparison } from './schema.ts';

export interface Spread {
  readonly scale: MetricComparison['scale'];
  readonly better: Direction;
  readonly tolerance: number;
  /** Standard deviation of the effects. */
  readonly deviation: number;
  /** Fewest in a run: what a rate is a share of. */
  readonly samples: number;
  /** Pairs that the deviation is known from. */
  readonly measured: number;
}

/** `--quick`, the default, and the most of two looks. */
const askedPairs = [6, 10, 16];
const twoLookPairs = 16;

/** Sixteen pairs are what two looks end with, which is a little stricter than sixteen at once. */
const levelsFor = (pairs: number): Levels =>
  levelsOf(pairs === twoLookPairs ? twoLooks(pairs) : fixedDesign(pairs));

/** The fixed point below is reached in a few steps; it rises, so stopping early would print too little. */
const mostSteps = 200;

/**
 * Of a rate: one that rises by δ spreads more than one that stays, by the chance of single requests: δ(1 − δ)/n in a run of
 * n. Where nothing failed at all that is the only spread there is, and the larger n must be. Found step by step.
 */
function rateDetectable(
  deviation: number,
  samples: number,
  show: (spread: number) => number | null,
): number | null {
  let change = 0;
  for (let step = 0; step < mostSteps; step += 1) {
    const chance = Math.min(change, 0.5);
    const next = show(Math.sqrt(deviation ** 2 + (chance * (1 - chance)) / samples));
    if (next === null || next > 1) return null;
    if (next - change <= 1e-6) return next;
    change = next;
  }
  return null;
}

const finite = (value: number | null): number | null =>
  value !== null && Number.isFinite(value) ? value : null;

function changeFor(spread: Spread, pairs: number): number | null {
  const { scale, better, tolerance, deviation, samples } = spread;
  const band = bandOf(tolerance, scale);
  const edge = better === 'lower' ? band.high : -band.low;
  const show = (value: number, least: number): number | null =>
    finite(detectableWith({ deviation: value, knownFrom: spread.measured }, pairs, least, levelsFor(pairs)));
  if (scale === 'log') return show(deviation, edge);
  // Rates move by whole requests: the estimate has passed the edge only half a request beyond it.
  const beyond = edge + 0.5 / samples;
  return samples > 0 ? rateDetectable(deviation, samples, (value) => show(value, beyond)) : null;
}

/** For 6, 10 and 16 pairs, and for as many as were measured; as δ. Null: not even a total change, or it cannot be said. */
export const detectableBy = (spread: Spread): MetricNoise['detectable'] =>
  [...new Set([...askedPairs, spread.measured])]
    .sort((a, b) => a - b)
    .map((pairs) => {
      const change = changeFor(spread, pairs);
      return { pairs, change: change === null ? null : asShare(spread, change) };
    });
