// Numbers between OpenSLO and promises: shares as percentages, and the share that a percentile speaks of.

import type { Measure, Operator } from '../slo/expression.ts';

/** Digits that two ways of writing a share agree in. */
const exact = (value: number): number => Number(value.toPrecision(10));

/** Without an exponent. */
export function decimalText(value: number): string {
  const text = String(value);
  return text.includes('e') ? value.toFixed(20).replace(/\.?0+$/, '') : text;
}

/** 0.999 → `99.9%` */
export const percentText = (share: number): string => `${decimalText(exact(share * 100))}%`;

/** 0.999 → 0.001, without what binary fractions leave. */
export const restOf = (share: number): number => exact(1 - share);

/** 99.9 → 0.999 */
export const shareOfPercent = (percent: number): number => exact(percent / 100);

const percentilePattern = /^p(\d+(?:\.\d+)?)$/;

/**
 * The share of measurements that such a promise is about: `p95(query) < 2s` says that 95 % are below 2 s, `> 2s` that 5 %
 * are above. null: it is about one value, such as a mean.
 */
export function shareAskedBy({ metric, argument, against }: Measure, operator: Operator): number | null {
  if (against !== undefined) return null;
  const name = argument?.kind === 'statistic' ? argument.statistic : metric;
  const percent = percentilePattern.exec(name)?.[1];
  if (percent === undefined) return null;
  const share = shareOfPercent(Number(percent));
  return operator.startsWith('<') ? share : restOf(share);
}

export const sameShare = (one: number, other: number): boolean => Math.abs(one - other) < 1e-9;

const shorthand: Readonly<Record<string, number>> = {
  m: 60,
  h: 3_600,
  d: 86_400,
  w: 604_800,
  M: 2_592_000,
  Q: 7_776_000,
  Y: 31_536_000,
};

/** `5m`, `28d`, `1M` (30 days) in seconds; a bare number is minutes. Undefined when it is neither. */
export function secondsOf(duration: string | number): number | undefined {
  const [, count, unit = 'm'] = /^(\d+)([mhdwMQY])?$/.exec(String(duration)) ?? [];
  const seconds = Number(count) * (shorthand[unit] ?? Number.NaN);
  return seconds > 0 ? seconds : undefined;
}
