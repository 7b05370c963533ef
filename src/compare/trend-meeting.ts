// When a line meets a limit: ahead of today, not of the newest run.

import type { Operator } from '../slo/expression.ts';
import { daysOf, type Fitted, isSloped, type Stretch } from './trend-line.ts';
import type { TrendLevel, TrendMetric } from './trend-schema.ts';
import { scaled } from './trend-values.ts';

export interface TrendLimit {
  /** As written. */
  readonly text: string;
  /** Canonical text of what is limited. */
  readonly metric: string;
  readonly operator: Operator;
  /** In the metric's unit. */
  readonly value: number;
}

export interface ForecastInput extends Stretch {
  readonly levels: readonly TrendLevel[];
  readonly leftOut: TrendMetric['leftOut'];
  /** From the newest run on, or from today where that is later. */
  readonly horizonDays: number;
  readonly now: Date;
}

export interface Met {
  readonly line: number | null;
  readonly earliest: number | null;
  readonly latest: number | null;
}

export const neverMet: Met = { line: null, earliest: null, latest: null };

/** How old the newest run of the line is, in days: what is told lies ahead of today, not of that run. */
export const ageDays = ({ now }: ForecastInput, { lastDays }: Fitted): number =>
  Math.max(0, daysOf(now.toISOString()) - lastDays);

export const fromLastDays = (input: ForecastInput, fitted: Fitted): number =>
  input.horizonDays + ageDays(input, fitted);

export function metBy(input: ForecastInput, { operator, value }: TrendLimit, fitted: Fitted): Met {
  const side = operator.startsWith('<') ? 'above' : 'below';
  const { slopePerDay } = fitted.line;
  const isTowards = side === 'above' ? slopePerDay > 0 : slopePerDay < 0;
  if (!isSloped(fitted) || !isTowards) return neverMet;
  const met = fitted.line.meets(scaled(input.scale, value), side, fromLastDays(input, fitted));
  const today = fitted.lastDays + ageDays(input, fitted);
  return { ...met, earliest: met.earliest === null ? null : Math.max(met.earliest, today) };
}
