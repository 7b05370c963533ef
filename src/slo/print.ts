// A promise back into text, so that parse(print(x)) is x: the canonical name of a metric everywhere.

import type { SloRecord } from '../record/schema.ts';
import type { Baseline, Measure, MetricArgument, PromiseExpression, RelativeLimit } from './expression.ts';
import { metricNamed } from './metrics/registry.ts';
import { printLimit } from './quantity.ts';

const printArgument = (argument: MetricArgument): string => {
  switch (argument.kind) {
    case 'outcome':
      return argument.outcome;
    case 'duration':
      return printLimit(argument.micros, 'µs');
    case 'statistic':
      return argument.statistic;
    case 'target':
      return printLimit(argument.share, 'share');
  }
};

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
  const shown = typeof limit === 'number' ? printLimit(limit, unit) : printRelative(limit, unit);
  return `${printMeasure({ ...measure, during: [] })} ${operator} ${shown}${during}`;
}

function printRelative({ change, baseline }: RelativeLimit, unit: SloRecord['unit']): string {
  const value = change.kind === 'share' ? change.share : change.amount;
  const size = printLimit(Math.abs(value), change.kind === 'share' ? 'share' : unit);
  return `${value < 0 ? '-' : '+'}${size} vs ${printBaseline(baseline)}`;
}

/** `last_green`, `pinned(<run id>)`, `rolling_median(20)`. */
export function printBaseline(baseline: Baseline): string {
  if (baseline.kind === 'pinned') return `pinned(${baseline.run})`;
  return baseline.kind === 'rolling_median' ? `rolling_median(${baseline.runs})` : 'last_green';
}
