// Limits as text and as numbers: which form each unit takes, and the text that reads back as the same number.

import {
  formatDuration,
  formatRate,
  formatShare,
  parseDuration,
  parseRate,
  parseShare,
} from '../kernel/units.ts';
import type { SloRecord } from '../record/schema.ts';

type Unit = SloRecord['unit'];

const bareNumber = /^\d+(?:\.\d+)?$/;

const parseNumber = (text: string): number | undefined => (bareNumber.test(text) ? Number(text) : undefined);

interface Form {
  parse(text: string): number | undefined;
  /** What is wrong with a text that does not parse, for people. */
  readonly expected: string;
  /** A unit to put after a bare number. */
  readonly suffix: string;
}

const forms: Readonly<Record<Unit, Form>> = {
  µs: { parse: parseDuration, expected: 'a duration such as 200ms or 1.5s', suffix: 'ms' },
  share: { parse: parseShare, expected: 'a percentage such as 1% or 99.9%', suffix: '%' },
  '1/s': { parse: parseRate, expected: 'a rate such as 50/s', suffix: '/s' },
  score: { parse: parseNumber, expected: 'a number between 0 and 1, without a unit', suffix: '' },
  count: { parse: parseNumber, expected: 'a count, without a unit', suffix: '' },
  bytes: { parse: parseNumber, expected: 'a size', suffix: '' },
};

export interface QuantityProblem {
  readonly message: string;
  readonly suggestion: string;
}

/** A limit in a metric's unit, or what is wrong with its text. */
export function parseLimit(text: string, unit: Unit): number | QuantityProblem {
  const form = forms[unit];
  const value = form.parse(text);
  if (value === undefined) {
    const bare = parseNumber(text) !== undefined && form.suffix !== '';
    return bare
      ? { message: `\`${text}\` needs a unit`, suggestion: `write \`${text}${form.suffix}\`` }
      : { message: `cannot read \`${text}\``, suggestion: `expected ${form.expected}` };
  }
  const outside = (unit === 'share' || unit === 'score') && (value < 0 || value > 1);
  if (!outside) return value;
  const range = unit === 'share' ? '0% and 100%' : '0 and 1';
  return { message: `\`${text}\` is not between ${range}`, suggestion: `expected ${form.expected}` };
}

/** Digits without an exponent, shortest first: candidates for a text that reads back exactly. */
function* decimals(value: number): Generator<string> {
  for (let digits = 0; digits <= 15; digits += 1) {
    const text = value.toFixed(digits);
    if (Math.abs(Number(text) - value) <= Math.abs(value) * 1e-12) yield text;
  }
}

function firstExact(
  value: number,
  candidates: Iterable<string>,
  parse: (text: string) => number | undefined,
): string | undefined {
  for (const text of candidates) {
    if (parse(text) === value) return text;
  }
  return undefined;
}

function* durationTexts(value: number): Generator<string> {
  const [scale, unit] = value >= 1_000_000 ? [1_000_000, 's'] : value >= 1_000 ? [1_000, 'ms'] : [1, 'us'];
  for (const text of decimals(value / scale)) yield `${text}${unit}`;
}

function* rateTexts(value: number): Generator<string> {
  for (const [scale, unit] of [
    [1, 's'],
    [60, 'm'],
    [3_600, 'h'],
  ] as const) {
    for (const text of decimals(value * scale)) yield `${text}/${unit}`;
  }
}

function* shareTexts(value: number): Generator<string> {
  for (const text of decimals(value * 100)) yield `${text}%`;
}

/** The shortest text that parses to exactly this value. */
export function printLimit(value: number, unit: Unit): string {
  switch (unit) {
    case 'µs':
      return firstExact(value, durationTexts(value), parseDuration) ?? `${Math.round(value)}us`;
    case 'share':
      return firstExact(value, shareTexts(value), parseShare) ?? `${value * 100}%`;
    case '1/s':
      return firstExact(value, rateTexts(value), parseRate) ?? `${value}/s`;
    default:
      return firstExact(value, decimals(value), parseNumber) ?? `${value}`;
  }
}

/** A value for people, rounded: `1.2s`, `0.5%`, `39.8/s`. */
export function showValue(value: number, unit: Unit): string {
  switch (unit) {
    case 'µs':
      return formatDuration(value);
    case 'share':
      return formatShare(value);
    case '1/s':
      return formatRate(value);
    case 'score':
      return value.toFixed(3);
    default:
      return `${Math.round(value * 10) / 10}`;
  }
}
