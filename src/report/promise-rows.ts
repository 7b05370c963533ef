// Promises in words: the value, its limit, and how far and on which side of it the value lies.

import type { SloRecord } from '../record/schema.ts';
import { formatShare } from '../kernel/units.ts';
import { formatValue, plural } from './words.ts';

export interface PromiseRow {
  readonly text: string;
  readonly status: string;
  readonly statusClass: string;
  readonly warnsOnly: boolean;
  readonly value: string;
  readonly limit: string;
  readonly margin: string;
  readonly samples: number;
  readonly reason: string;
}

export function promiseRow(slo: SloRecord): PromiseRow {
  return {
    text: slo.text,
    status: slo.status,
    statusClass: slo.status.replaceAll(' ', '-'),
    warnsOnly: slo.severity === 'warn',
    value: valueText(slo),
    limit: formatValue(slo.limit, slo.unit),
    margin: judged(slo) ? marginText(slo) : '–',
    samples: slo.samples,
    reason: slo.reason ?? '',
  };
}

const judged = ({ status }: SloRecord): boolean => status !== 'invalid' && status !== 'not judged';

/** What could not be judged on is shown in brackets: it is no measurement to rely on. */
function valueText(slo: SloRecord): string {
  const text = formatValue(slo.value, slo.unit, slo.atLeast);
  return judged(slo) || slo.value === null ? text : `(${text})`;
}

/** `35% below`, `1.4 points above` the limit; a lower bound under the limit says nothing about its side. */
export function marginText(slo: Pick<SloRecord, 'value' | 'atLeast' | 'limit' | 'unit'>): string {
  const { value, limit, unit, atLeast } = slo;
  if (value === null || limit === null || !Number.isFinite(value)) return '–';
  const distance = Math.abs(value - limit);
  if (atLeast && value < limit) return '–';
  if (distance === 0) return atLeast ? 'at or above' : 'at the limit';
  const bound = atLeast ? 'at least ' : '';
  const side = value < limit ? 'below' : 'above';
  if (unit === 'share') return `${bound}${points(distance)} ${side}`;
  if (limit === 0) return side;
  return `${bound}${formatShare(Number((distance / Math.abs(limit)).toPrecision(2)))} ${side}`;
}

/** Two digits that matter, so that a margin of 0.004 points is not shown as none. */
const points = (share: number): string => {
  const value = share * 100;
  const digits = value >= 10 ? 1 : Math.min(6, Math.max(0, 1 - Math.floor(Math.log10(value))));
  const text = value.toFixed(digits);
  return plural(Number(text), 'point');
};
