// Numbers as people read them in reports: value with unit, lower bounds marked, changes signed.

import { formatDuration, formatRate, formatShare, formatSize, significant } from '../kernel/units.ts';

export type Unit = 'µs' | 'share' | '1/s' | 'count' | 'score' | 'bytes';

export function formatValue(value: number | null, unit: Unit, atLeast = false): string {
  if (value === null) return '–';
  return `${atLeast ? '≥ ' : ''}${plainValue(value, unit)}`;
}

function plainValue(value: number, unit: Unit): string {
  switch (unit) {
    case 'µs':
      return value === 0 ? '0s' : formatDuration(value);
    case 'share':
      return formatShare(value);
    case '1/s':
      return formatRate(value);
    case 'bytes':
      return formatSize(value);
    case 'count':
    case 'score':
      return significant(value);
  }
}

const minus = '−';

/** Suffixes that name a unit, and how such a number reads: `latencyMs: 25` is `latency 25ms`. */
const suffixes: readonly (readonly [RegExp, (value: number) => string])[] = [
  [/Micros$/, formatDuration],
  [/Ms$/, (value) => formatDuration(value * 1_000)],
  [/Bytes$/, formatSize],
  [/PerSecond$/, formatRate],
  [/Share$/, formatShare],
];

/** A named number or text of a record in words, its unit taken from the name: `toxicity 11%`. */
export function formatNamed(name: string, value: number | string): string {
  if (typeof value === 'string') return `${name} ${value}`;
  if (name === 'toxicity') return `${name} ${formatShare(value)}`;
  const found = suffixes.find(([suffix]) => suffix.test(name));
  return found === undefined
    ? `${name} ${significant(value)}`
    : `${name.replace(found[0], '')} ${found[1](value)}`;
}

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

const signOf = (value: number): string => (value > 0 ? '+' : value < 0 ? minus : '');

const signed = (value: number, digits: number): string =>
  `${signOf(value)}${Math.abs(value).toFixed(digits)}`;

/** What an effect is of. */
export interface EffectOf {
  readonly scale: 'log' | 'points';
  readonly unit: Unit;
}

/** A difference of counts is a number; one of shares and scores has points. */
export const hasPoints = ({ scale, unit }: EffectOf): boolean => scale === 'points' && unit !== 'count';

/** An effect as people say it: ln(after/before) as percent, a difference of shares as points, of counts as it is. */
export function formatEffect(effect: number, of: EffectOf): string {
  if (hasPoints(of)) return `${signed(effect * 100, 2)} pts`;
  if (of.scale === 'points') return `${signOf(effect)}${significant(Math.abs(effect))}`;
  const percent = (Math.exp(effect) - 1) * 100;
  return percent > 400 ? `×${significant(Math.exp(effect))}` : `${signed(percent, 1)}%`;
}

interface Interval {
  readonly low: number | null;
  readonly high: number | null;
}

const fromTo = ({ low, high }: Interval, of: EffectOf): string =>
  `${low === null ? `${minus}∞` : formatEffect(low, of)} … ${high === null ? '∞' : formatEffect(high, of)}`;

/** An estimate that rests on bounds is one itself: it says on which side it is open. */
function formatBounded(estimate: number, of: EffectOf, range: Interval | null): string {
  if (range === null) return formatEffect(estimate, of);
  if (range.high === estimate) return `≤ ${formatEffect(estimate, of)}`;
  if (range.low === estimate) return `≥ ${formatEffect(estimate, of)}`;
  return range.low === null && range.high === null ? 'not known' : `within ${fromTo(range, of)}`;
}

/** `−88.1% (−90.2% … −85.0%)`; an open end is shown as ∞. `range`: where the estimate lies when it rests on bounds. */
export function formatEstimate(
  estimate: number | null,
  interval: Interval | null,
  of: EffectOf,
  range: Interval | null = null,
): string {
  if (estimate === null) return 'not computable';
  const text = formatBounded(estimate, of, range);
  if (interval === null) return text;
  const ends = fromTo(interval, of);
  // The unit stands once.
  return `${text} (${text.endsWith(' pts') ? ends.replaceAll(' pts', '') : ends})`;
}

/** `2026-11-22 10:30:00 UTC` */
export const formatMoment = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;

/** A reason that only repeats an earlier one behind a name, such as `claim a: …`, says so in fewer words. */
export function foldReasons(reasons: readonly string[]): string[] {
  return reasons.map((reason, index) => {
    const repeated = reasons
      .slice(0, index)
      .find((other) => other !== '' && reason !== other && reason.endsWith(other));
    return repeated === undefined
      ? reason
      : `${reason.slice(0, -repeated.length).replace(/[\s,:]+$/, '')}: for the same reason`;
  });
}
