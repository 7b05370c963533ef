// What is too little to be told apart: the floor of ratios, and the step below which two times are alike.

import type { Metric } from '../slo/metrics/metric.ts';

/** Between none and one, so that a single restart is more than none. */
const countFloor = 0.5;

/**
 * The smallest value that can be told from none, in the metric's unit. Whole things are counted exactly; a series is
 * measured more finely than its times are compared.
 */
export function floorOf({
  subject,
  unit,
  resolution,
}: Pick<Metric, 'subject' | 'unit' | 'resolution'>): number {
  if (unit === 'count' && resolution === 1) return countFloor;
  return subject === 'series' ? Math.min(1, resolution) : resolution;
}

/** A smaller difference is none: of times only (1 ms; 1 s of what is found second by second), others have no such step. */
export const stepOf = ({ unit, resolution }: Pick<Metric, 'unit' | 'resolution'>): number =>
  unit === 'µs' ? resolution : 0;
