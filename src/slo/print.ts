// A promise back into text, so that parse(print(x)) is x: the canonical name of a metric everywhere.

import type { Baseline, Measure, MetricArgument, PromiseExpression, RelativeLimit } from './expression.ts';
import { metricNamed } from './metrics/registry.ts';
import { printLimit } from './quantity.ts';
import type { Unit } from './quantity.ts';

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

const printPhases = (during: readonly string[]): string =>
  during.length === 0 ? '' : ` during ${during.join(', ')}`;

const printWindows = ({ windows }: Measure): string =>
  windows === undefined
    ? ''
    : ` over ${printLimit(windows.longMicros, 'µs')}/${printLimit(windows.shortMicros, 'µs')}`;

/** `p95(query, ok)`. */
function printHead({ metric, subject, argument }: Measure): string {
  const parts = [subject, argument === null ? null : printArgument(argument)].filter((part) => part !== null);
  return parts.length === 0 ? metric : `${metric}(${parts.join(', ')})`;
}

/** The phases that are written once, behind everything; null: each side says its own. */
function sharedPhases({ metric, during, against }: Measure): readonly string[] | null {
  if (against === undefined) return during;
  // A metric of a link has phases of its own, also where the other side's stand last.
  const own = metricNamed(metric)?.subject === 'link';
  const same = during.join() === against.measure.during.join();
  return same && !own ? during : null;
}

function printSides(measure: Measure): { head: string; phases: string } {
  const { against, during } = measure;
  if (against === undefined) return { head: printHead(measure), phases: printPhases(during) };
  const shared = sharedPhases(measure);
  const side = (one: Measure): string => `${printHead(one)}${shared === null ? printPhases(one.during) : ''}`;
  return {
    head: `${side(measure)} ${against.operation} ${side(against.measure)}`,
    phases: printPhases(shared ?? []),
  };
}

/** `p95(query, ok) during steady`. */
export function printMeasure(measure: Measure): string {
  const { head, phases } = printSides(measure);
  return `${head}${phases}${printWindows(measure)}`;
}

function unitOf({ metric, against }: Measure): Unit {
  return against?.operation === '/' ? 'count' : (metricNamed(metric)?.unit ?? 'count');
}

/** `p95(query) < 2s during steady`. */
export function printPromise({ measure, operator, limit, windowMicros }: PromiseExpression): string {
  const unit = unitOf(measure);
  const { head, phases } = printSides(measure);
  const shown = typeof limit === 'number' ? printLimit(limit, unit) : printRelative(limit, unit);
  const over = windowMicros === undefined ? '' : ` over ${printLimit(windowMicros, 'µs')}`;
  return `${head} ${operator} ${shown}${phases}${printWindows(measure)}${over}`;
}

function printChange({ change }: RelativeLimit, unit: Unit): string {
  if (change.kind === 'share') return printLimit(Math.abs(change.share), 'share');
  const amount = printLimit(Math.abs(change.amount), unit);
  return unit === 'share' ? amount.replace('%', ' points') : amount;
}

/** `+10% vs last_green`, `+0.5 points vs last_green`. */
export function printRelative(limit: RelativeLimit, unit: Unit): string {
  const { change, baseline } = limit;
  const value = change.kind === 'share' ? change.share : change.amount;
  return `${value < 0 ? '-' : '+'}${printChange(limit, unit)} vs ${printBaseline(baseline)}`;
}

/** `last_green`, `pinned(<run id>)`, `rolling_median(20)`, `merge_base`, `merge_base(main)`. */
export function printBaseline(baseline: Baseline): string {
  switch (baseline.kind) {
    case 'pinned':
      return `pinned(${baseline.run})`;
    case 'rolling_median':
      return `rolling_median(${baseline.runs})`;
    case 'merge_base':
      return baseline.branch === null ? 'merge_base' : `merge_base(${baseline.branch})`;
    case 'last_green':
      return 'last_green';
  }
}
