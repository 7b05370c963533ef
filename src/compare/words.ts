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

/** `−81.2 % (95 %: −83 % to −79 %)` */
export const estimateText = (estimate: number, interval: Interval, scale: Scale): string =>
  `${show(estimate, scale)} (95 %: ${show(interval.low, scale)} to ${show(interval.high, scale)})`;
