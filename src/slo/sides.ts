// The metrics that a measure is made of: its own, and that of the other side of a ratio or a difference.

import type { Measure } from './expression.ts';

/** One or two. */
export const sidesOf = (measure: Measure): readonly Measure[] =>
  measure.against === undefined ? [measure] : [measure, measure.against.measure];
