// How small a change a number of pairs can show, under the whole rule: significant and beyond the tolerance.

import { fewestPairs } from './pair-values.ts';

/*
 * Method. Effects of pairs are taken as normal with the standard deviation s of those at hand. A change is found when
 * the 95 % signed-rank interval excludes 0 and the Hodges–Lehmann estimate lies beyond the tolerance's edge, so with
 * 80 % power it must be at least max(κ(n)·s, edge + 0.95·s/√n). κ(n) is the shift, in units of an s estimated from n
 * other pairs, at which the interval excludes 0 in 80 % of cases: computed once by simulation (20,000 cases per n);
 * it includes that s itself is uncertain. 0.95/√n is the same for the estimate alone. An approximation: real effects
 * have heavier tails, and near the edge both conditions cost a little more than the larger one.
 */
const kappa: readonly (readonly [n: number, shift: number])[] = [
  [6, 2.141],
  [7, 1.546],
  [8, 1.413],
  [9, 1.278],
  [10, 1.122],
  [11, 1.08],
  [12, 1.018],
  [13, 0.929],
  [14, 0.89],
  [15, 0.852],
  [16, 0.822],
  [18, 0.756],
  [20, 0.712],
  [22, 0.672],
  [25, 0.622],
];

/** Above this the reports say "more than". */
export const mostPairs = 100;

/** The table, its next smaller entry between entries (a little pessimistic), and ~ 1/√n beyond it. */
function kappaOf(n: number): number {
  if (n > 25) return 3.11 / Math.sqrt(n);
  return kappa.findLast(([pairs]) => pairs <= n)?.[1] ?? Number.POSITIVE_INFINITY;
}

/** Sample standard deviation; null for fewer than two values. */
function deviationOf(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

/**
 * The smallest true change that this many pairs with this spread show in 80 % of cases, on the scale of the effects.
 * `edge`: the distance from 0 to the edge of the tolerance band. Null when it cannot be said.
 */
export function smallestDetectable(effects: readonly number[], edge: number): number | null {
  const s = deviationOf(effects);
  const n = effects.length;
  if (s === null || n < fewestPairs || !Number.isFinite(s) || !Number.isFinite(edge)) return null;
  return Math.max(kappaOf(n) * s, edge + (0.95 * s) / Math.sqrt(n));
}

/**
 * About how many pairs would have decided: enough to call the estimate significant when it lies beyond the edge, else
 * enough for the 90 % interval to fit inside the band. Null: more than `mostPairs`, or it cannot be said.
 */
export function pairsNeeded(effects: readonly number[], estimate: number, edge: number): number | null {
  const s = deviationOf(effects);
  if (s === null || !Number.isFinite(s)) return null;
  const size = Math.abs(estimate);
  const decides = (n: number): boolean =>
    size > edge ? kappaOf(n) * s <= size : (2.55 * s) / Math.sqrt(n) <= edge - size;
  for (let n = fewestPairs; n <= mostPairs; n += 1) {
    if (decides(n)) return n;
  }
  return null;
}
