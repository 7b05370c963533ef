// Effects in words, for the reasons that stand beside a number.

import { significant } from '../kernel/units.ts';
import type { Metric } from '../slo/metrics/metric.ts';
import type { Interval } from './signed-rank.ts';

/** What an effect is of: a difference of counts is a number, one of shares and scores has points. */
type Of = Pick<Metric, 'scale' | 'unit'>;

function show(effect: number, { scale, unit }: Of): string {
  if (effect === Number.NEGATIVE_INFINITY) return 'no lower end';
  if (effect === Number.POSITIVE_INFINITY) return 'no upper end';
  const sign = effect > 0 ? '+' : effect < 0 ? '−' : '';
  if (scale === 'log') return `${sign}${significant(Math.abs(100 * Math.expm1(effect)))} %`;
  return unit === 'count'
    ? `${sign}${significant(Math.abs(effect))}`
    : `${sign}${significant(Math.abs(100 * effect))} points`;
}

/** `−81.2 %`, `−14 points`, `+3` */
export const effectText = show;

/** `95 %`, `97.06 %` */
const confidenceText = (confidence: number): string => `${Number((100 * confidence).toFixed(2))} %`;

/** An estimate that rests on bounds says so: `≤ −81.2 %`, `not known`; `range` null: it is exact. */
function boundText(estimate: number, range: Interval | null, of: Of): string {
  if (range === null) return show(estimate, of);
  if (range.high === estimate) return `≤ ${show(estimate, of)}`;
  if (range.low === estimate) return `≥ ${show(estimate, of)}`;
  const known = Number.isFinite(range.low) || Number.isFinite(range.high);
  return known ? `between ${show(range.low, of)} and ${show(range.high, of)}` : 'a change not known';
}

export interface Estimated {
  readonly estimate: number;
  readonly range: Interval | null;
  readonly interval: Interval;
  readonly confidence: number;
}

/** `−81.2 % (95 %: −83 % to −79 %)` */
export const estimateText = ({ estimate, range, interval, confidence }: Estimated, of: Of): string =>
  `${boundText(estimate, range, of)} (${confidenceText(confidence)}: ${show(interval.low, of)} to ${show(interval.high, of)})`;
