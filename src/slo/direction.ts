// Whether less or more of something is better: its metric says so, or else the promises about it do.

import type { Measure, PromiseExpression } from './expression.ts';
import type { Metric } from './metrics/metric.ts';
import { printMeasure } from './print.ts';
import { metricOf } from './reading.ts';

export type Direction = NonNullable<Metric['better']>;

/** null: the metric has none of its own, and there is no promise about the same, or they want both. */
export function directionOf(
  measure: Measure,
  promises: readonly Pick<PromiseExpression, 'measure' | 'operator'>[],
): Direction | null {
  const own = metricOf(measure).better;
  if (own !== null) return own;
  const text = printMeasure(measure);
  const about = promises.filter((promise) => printMeasure(promise.measure) === text);
  const wanted = new Set(
    about.map(({ operator }): Direction => (operator.startsWith('<') ? 'lower' : 'higher')),
  );
  const [only] = wanted;
  return wanted.size === 1 && only !== undefined ? only : null;
}

/** One sentence. */
export const withoutDirection = (measure: Measure): string =>
  `nothing says whether less or more of \`${printMeasure(measure)}\` is better`;
