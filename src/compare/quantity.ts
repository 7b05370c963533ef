// What is computed of the two values of a pair: the logarithm of their ratio, or a difference in points.

import type { Metric } from '../slo/metrics/metric.ts';
import { floorOf } from './resolution.ts';

/** What is computed of a pair. `least` and `greatest` get the values that make it so, and may be infinite. */
export interface Quantity {
  value(before: number, after: number): number;
  least(before: number, after: number): number;
  greatest(before: number, after: number): number;
}

/**
 * ln(after/before). A zero is kept: it counts as the smallest value that can be told from none, and what is more is open.
 * From 5 to 0 is a fall of at least 90 %; two values that cannot be told from none are equal.
 */
export function logRatio(metric: Metric): Quantity {
  const floor = floorOf(metric);
  const value = (before: number, after: number): number =>
    Math.log(Math.max(after, floor) / Math.max(before, floor));
  const alike = alikeIn(metric);
  return {
    value,
    least: (before, after) =>
      after < floor && !alike(before, after) ? Number.NEGATIVE_INFINITY : value(before, after),
    greatest: (before, after) =>
      before < floor && !alike(before, after) ? Number.POSITIVE_INFINITY : value(before, after),
  };
}

/** Whether neither of two values can be told from none. */
export const alikeIn = (metric: Metric): ((before: number, after: number) => boolean) => {
  const floor = floorOf(metric);
  return (before, after) => before <= floor && after <= floor;
};

/** The same for claims of a gain: of two values of which neither can be told from none, no ratio is known. */
export function gainRatio(metric: Metric): Quantity {
  const ratio = logRatio(metric);
  const alike = alikeIn(metric);
  return {
    value: (before, after) => ratio.value(before, after),
    least: (before, after) => (alike(before, after) ? Number.NEGATIVE_INFINITY : ratio.least(before, after)),
    greatest: (before, after) =>
      alike(before, after) ? Number.POSITIVE_INFINITY : ratio.greatest(before, after),
  };
}

/** Without the dust of binary fractions: the same counts give the same change as errors and as availability. */
const dustless = (points: number): number => Math.round(points * 1e12) / 1e12 + 0;

/** after − factor · before. */
export function weightedDifference(factor: number): Quantity {
  const value = (before: number, after: number): number => dustless(after - factor * before);
  return { value, least: value, greatest: value };
}

/** The change itself: the logarithm of the ratio, or points. */
export const changeOf = (metric: Metric): Quantity =>
  metric.scale === 'points' ? weightedDifference(1) : logRatio(metric);
