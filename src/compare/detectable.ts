// How small a change a number of pairs can show, under the whole rule: significant and beyond the tolerance.

import type { Levels } from './design.ts';
import { fewestPairs } from './pair-values.ts';
import { decisionPower, powerToFind, powerToFit, shiftFound } from './power.ts';
import { cautions } from './power-table.ts';
import { momentsOf } from './prediction.ts';

/*
 * Method. A change is found when the interval excludes 0 and the Hodges–Lehmann estimate lies beyond the tolerance's
 * edge. For normal effects of a known standard deviation the share of changes found follows from the distribution of the
 * estimate and of the interval's length (power.ts). The standard deviation of the n effects at hand is uncertain, and
 * effects of real pairs have heavier tails: so it is taken larger by a factor (power-table.ts) with which the change
 * printed is found in 80 % of cases on average over both the printing and the finding, for each of three shapes.
 */

/** Above this the reports say "more than". */
export const mostPairs = 100;

const usual: Levels = { confidence: 0.95, equivalence: 0.9 };

/** With more pairs than the table has, the spread is known well enough for its last entries. */
const cautionBeyondTable = 1.08;

function cautionOf(n: number, confidence: number): number | null {
  const measured = cautions.get(confidence);
  if (measured === undefined) return null;
  if (n > 25) return cautionBeyondTable;
  return measured.find(([pairs]) => pairs === n)?.[1] ?? null;
}

/** Null when a spread cannot be told. */
function spreadOf(effects: readonly number[]): number | null {
  const deviation = momentsOf(effects)?.deviation ?? Number.NaN;
  return Number.isFinite(deviation) ? deviation : null;
}

export interface KnownSpread {
  /** Standard deviation of the effects of so many pairs. */
  readonly deviation: number;
  readonly knownFrom: number;
}

/**
 * The smallest true change that so many pairs show in 80 % of cases, on the scale of the effects, with a spread that may be
 * known from more or fewer pairs. `edge`: the distance from 0 to the edge of the tolerance band. Null when it cannot be said.
 */
export function detectableWith(
  { deviation, knownFrom }: KnownSpread,
  pairs: number,
  edge: number,
  { confidence }: Levels = usual,
): number | null {
  // How uncertain the spread is depends on what it is known from, what the tails cost on how many pairs there are.
  const uncertainty = cautionOf(knownFrom, confidence) ?? cautionOf(knownFrom, usual.confidence);
  const caution = cautionOf(pairs, confidence);
  if (caution === null || uncertainty === null || Math.min(knownFrom, pairs) < fewestPairs) return null;
  if (!Number.isFinite(deviation) || !Number.isFinite(edge)) return null;
  return shiftFound({ n: pairs, confidence, spread: deviation * Math.max(caution, uncertainty), edge });
}

/** The same of the pairs that are at hand. */
export function smallestDetectable(
  effects: readonly number[],
  edge: number,
  levels: Levels = usual,
): number | null {
  const deviation = spreadOf(effects);
  const n = effects.length;
  return deviation === null ? null : detectableWith({ deviation, knownFrom: n }, n, edge, levels);
}

/**
 * About how many pairs would have decided in 80 % of cases, were the estimate the truth: enough to find it when it lies
 * beyond the edge, else enough for the narrower interval to fit inside the band. Null: more than `mostPairs`, or it
 * cannot be said.
 */
export function pairsNeeded(
  effects: readonly number[],
  estimate: number,
  edge: number,
  { confidence, equivalence }: Levels = usual,
): number | null {
  const spread = spreadOf(effects);
  if (spread === null || !Number.isFinite(estimate) || !Number.isFinite(edge)) return null;
  const size = Math.abs(estimate);
  const power = (n: number): number =>
    size > edge
      ? powerToFind({ n, confidence, spread, edge }, size)
      : powerToFit({ n, confidence: equivalence, spread, edge }, size);
  for (let n = fewestPairs; n <= mostPairs; n += 1) {
    if (power(n) >= decisionPower) return n;
  }
  return null;
}
