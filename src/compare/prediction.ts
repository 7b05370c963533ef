// Where one more value of the same kind is expected: the prediction interval of a normal sample, Student's t.

import type { Interval } from './signed-rank.ts';
import { studentReach } from './student-t.ts';

/** Mean and sample standard deviation; null for fewer than two values. Summed in rising order: any order, same digits. */
export function momentsOf(values: readonly number[]): { mean: number; deviation: number } | null {
  const n = values.length;
  if (n < 2) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const mean = sorted.reduce((sum, value) => sum + value, 0) / n;
  const squares = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (n - 1)) };
}

/**
 * mean ± t · s · √(1 + 1/n), t with n − 1 degrees of freedom: one more value of the same normal kind lies inside with
 * this confidence (0.99). Null for fewer than two values, or when one of them is not finite.
 */
export function predictionInterval(values: readonly number[], confidence: number): Interval | null {
  const moments = momentsOf(values);
  if (moments === null || !Number.isFinite(moments.deviation)) return null;
  const n = values.length;
  const reach = studentReach(confidence, n - 1) * moments.deviation * Math.sqrt(1 + 1 / n);
  return { low: moments.mean - reach, high: moments.mean + reach };
}
