// A promise back into text, so that parse(print(x)) is x: the canonical name of a metric everywhere.

import type { Measure, MetricArgument, PromiseExpression } from './expression.ts';
import { metricNamed } from './metrics/registry.ts';
import { printLimit } from './quantity.ts';

const printArgument = (argument: MetricArgument): string =>
  argument.kind === 'outcome' ? argument.outcome : printLimit(argument.micros, 'µs');

/** `p95(query, ok) during steady`. */
export function printMeasure(measure: Measure): string {
  const parts = [measure.subject, measure.argument === null ? null : printArgument(measure.argument)].filter(
    (part) => part !== null,
  );
  const inside = parts.length === 0 ? '' : `(${parts.join(', ')})`;
  const during = measure.during.length === 0 ? '' : ` during ${measure.during.join(', ')}`;
  return `${measure.metric}${inside}${during}`;
}

/** `p95(query) < 2s during steady`. */
export function printPromise({ measure, operator, limit }: PromiseExpression): string {
  const unit = metricNamed(measure.metric)?.unit ?? 'count';
  const during = measure.during.length === 0 ? '' : ` during ${measure.during.join(', ')}`;
  return `${printMeasure({ ...measure, during: [] })} ${operator} ${printLimit(limit, unit)}${during}`;
}
