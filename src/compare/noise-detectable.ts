// What other numbers of pairs could show, given the spread of those at hand.

import type { MetricNoise } from '../record/noise-schema.ts';
import type { Direction } from '../slo/direction.ts';
import { fixedDesign, type Levels, levelsOf, twoLooks } from './design.ts';
import { detectableWith } from './detectable.ts';
import { asShare, bandOf } from './outcome.ts';
import { rateDetectable } from './rate-detectable.ts';
import type { RateCounts } from './rate-detectable.ts';
import type { MetricComparison } from './schema.ts';

export interface Spread {
  readonly scale: MetricComparison['scale'];
  readonly better: Direction;
  readonly tolerance: number;
  /** Standard deviation of the effects. */
  readonly deviation: number;
  /** What a rate is counted in; null: it is no rate of requests. */
  readonly counts: RateCounts | null;
  /** Pairs that the deviation is known from. */
  readonly measured: number;
}

/** `--quick`, the default, and the most of two looks. */
const askedPairs = [6, 10, 16];
const twoLookPairs = 16;

/** Sixteen pairs are what two looks end with, which is a little stricter than sixteen at once. */
const levelsFor = (pairs: number): Levels =>
  levelsOf(pairs === twoLookPairs ? twoLooks(pairs) : fixedDesign(pairs));

const finite = (value: number | null): number | null =>
  value !== null && Number.isFinite(value) ? value : null;

function changeFor(spread: Spread, pairs: number): number | null {
  const { scale, better, tolerance, deviation, counts } = spread;
  const band = bandOf(tolerance, scale);
  const edge = better === 'lower' ? band.high : -band.low;
  const show = (value: number, least: number): number | null =>
    finite(detectableWith({ deviation: value, knownFrom: spread.measured }, pairs, least, levelsFor(pairs)));
  return counts === null ? show(deviation, edge) : rateDetectable(counts, deviation, edge, show);
}

/** For 6, 10 and 16 pairs, and for as many as were measured; as δ. Null: not even a total change, or it cannot be said. */
export const detectableBy = (spread: Spread): MetricNoise['detectable'] =>
  [...new Set([...askedPairs, spread.measured])]
    .sort((a, b) => a - b)
    .map((pairs) => {
      const change = changeFor(spread, pairs);
      return { pairs, change: change === null ? null : asShare(spread, change) };
    });
