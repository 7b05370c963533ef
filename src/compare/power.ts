// How often a comparison of n pairs decides when the true shift and the spread of its pairs are known.

import { normalQuantile, normalTail } from './normal.ts';
import { reaches } from './power-table.ts';
import { studentReach } from './student-t.ts';

/** A change counts as detectable when it is found in this share of cases. */
export const decisionPower = 0.8;

/** Standard deviation of the Hodges–Lehmann estimate of n normal values times √n: √(π/3) for many, 1.025 measured. */
const estimateFactor = 1.025;

/** The half interval is taken at these points of its distribution, each as likely as the others. */
const points = Array.from({ length: 11 }, (_, index) => normalQuantile((index + 0.5) / 11));

interface HalfInterval {
  readonly mean: number;
  readonly deviation: number;
}

/** In standard deviations of the effects; null where no interval of this confidence exists or none was measured. */
function halfIntervalOf(n: number, confidence: number): HalfInterval | null {
  const measured = reaches.get(confidence);
  if (measured === undefined) return null;
  if (n > 25) {
    const mean = (studentReach(confidence, n - 1) * 1.02) / Math.sqrt(n);
    return { mean, deviation: (0.92 * mean) / Math.sqrt(n) };
  }
  const row = measured.find(([pairs]) => pairs === n);
  return row === undefined ? null : { mean: row[1], deviation: row[2] };
}

export interface PowerQuestion {
  readonly n: number;
  readonly confidence: number;
  /** Standard deviation of the effects. */
  readonly spread: number;
  /** Distance from 0 to the edge of the tolerance. */
  readonly edge: number;
}

/** The share of cases, over the distribution of the half interval; 0 where there is no interval. */
function shareOf({ n, confidence, spread }: PowerQuestion, share: (half: number, error: number) => number) {
  const half = halfIntervalOf(n, confidence);
  if (half === null) return 0;
  const error = (estimateFactor * spread) / Math.sqrt(n);
  const sum = points.reduce(
    (total, point) => total + share(Math.max(0, half.mean + point * half.deviation) * spread, error),
    0,
  );
  return sum / points.length;
}

/**
 * How often a true `shift` upward is found: the estimate must lie beyond both its own half interval, so that the
 * interval excludes 0, and the edge. Estimate and half interval of normal effects are independent (Basu 1955).
 */
export const powerToFind = (question: PowerQuestion, shift: number): number =>
  shareOf(question, (half, error) => normalTail((shift - Math.max(half, question.edge)) / error));

/** How often an interval of this confidence lies between −edge and +edge when the true shift is `shift`. */
export const powerToFit = (question: PowerQuestion, shift: number): number =>
  shareOf(question, (half, error) => {
    const room = question.edge - half;
    return room <= 0 ? 0 : normalTail((room - shift) / error) - normalTail((-room - shift) / error);
  });

/** The shift that is found in 80 % of cases; infinite where nothing is ever found. */
export function shiftFound(question: PowerQuestion): number {
  const { n, confidence, spread, edge } = question;
  const half = halfIntervalOf(n, confidence);
  if (half === null) return Number.POSITIVE_INFINITY;
  if (spread === 0) return edge;
  let low = edge;
  let high = edge + (half.mean + 3 * half.deviation + 3 / Math.sqrt(n)) * spread;
  for (let step = 0; step < 32; step += 1) {
    const middle = (low + high) / 2;
    if (powerToFind(question, middle) < decisionPower) low = middle;
    else high = middle;
  }
  return high;
}
