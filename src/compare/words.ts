// Effects in words, for the reasons that stand beside a number.

import { significant } from '../kernel/units.ts';
import type { Interval } from './signed-rank.ts';

export type Scale = 'log' | 'points';

function show(effect: number, scale: Scale): string {
  if (effect === Number.NEGATIVE_INFINITY) return 'no lower end';
  if (effect === Number.POSITIVE_INFINITY) return 'no upper end';
  const percent = 100 * (scale === 'log' ? Math.expm1(effect) : effect);
  const sign = percent > 0 ? '+' : percent < 0 ? '−' : '';
  return `${sign}${significant(Math.abs(percent))}${scale === 'log' ? ' %' : ' points'}`;
}

/** `−81.2 %`, `−14 points` */
export const effectText = show;

/** `95 %`, `97.06 %` */
const confidenceText = (confidence: number): string => `${Number((100 * confidence).toFixed(2))} %`;

/** An estimate that rests on bounds says so: `≤ −81.2 %`, `not known`; `range` null: it is exact. */
function boundText(estimate: number, range: Interval | null, scale: Scale): string {
  if (range === null) return show(estimate, scale);
  if (range.high === estimate) return `≤ ${show(estimate, scale)}`;
  if (range.low === estimate) return `≥ ${show(estimate, scale)}`;
  const known = Number.isFinite(range.low) || Number.isFinite(range.high);
  return known ? `between ${show(range.low, scale)} and ${show(range.high, scale)}` : 'a change not known';
}

export interface Estimated {
  readonly estimate: number;
  readonly range: Interval | null;
  readonly interval: Interval;
  readonly confidence: number;
}

/** `−81.2 % (95 %: −83 % to −79 %)` */
export const estimateText = ({ estimate, range, interval, confidence }: Estimated, scale: Scale): string =>
  `${boundText(estimate, range, scale)} (${confidenceText(confidence)}: ${show(interval.low, scale)} to ${show(interval.high, scale)})`;
