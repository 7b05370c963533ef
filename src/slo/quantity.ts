// Limits as text and as numbers: which form each unit takes, and the text that reads back as the same number.

import {
  formatDuration,
  formatRate,
  formatShare,
  formatSize,
  parseDuration,
  parseRate,
  parseShare,
  parseSize,
  significant,
} from '../kernel/units.ts';
import type { SloRecord } from '../record/schema.ts';

export type Unit = SloRecord['unit'];

/** How a limit is written: by its unit, as a ratio, or as the target's own metrics are (in base units). */
export type LimitKind = Unit | 'ratio' | 'scraped';

/** What a limit must fit. */
export interface Limited {
  readonly unit: Unit;
  readonly kind: LimitKind;
  readonly better: 'lower' | 'higher' | null;
  /** `/` or `-` of two metrics. */
  readonly operation: '/' | '-' | null;
  /** A share of answers, which a number of samples bounds. */
  readonly isCounted: boolean;
  /** Never above 1: a share of answers, a score, the difference of two such. */
  readonly isBounded: boolean;
  /** It may be below zero. */
  readonly isSigned: boolean;
  /** A counter of the target itself, alone: it is read per second. */
  readonly isCounter: boolean;
}

const bareNumber = /^\d+(?:\.\d+)?$/;

const parseNumber = (text: string): number | undefined => (bareNumber.test(text) ? Number(text) : undefined);

const parseRatio = (text: string): number | undefined => parseNumber(text) ?? parseShare(text);

/** Prometheus has seconds, bytes and shares as plain numbers: `200ms` is 0.2, `64KiB` 65536, `80%` 0.8, `5/s` 5. */
function parseScraped(text: string): number | undefined {
  const micros = parseDuration(text);
  const seconds = micros === undefined ? undefined : micros / 1_000_000;
  return parseNumber(text) ?? seconds ?? parseSize(text) ?? parseShare(text) ?? parseRate(text);
}

interface Form {
  parse(text: string): number | undefined;
  /** What is wrong with a text that does not parse, for people. */
  readonly expected: string;
  /** A unit to put after a bare number. */
  readonly suffix: string;
}

const forms: Readonly<Record<LimitKind, Form>> = {
  µs: { parse: parseDuration, expected: 'a duration such as 200ms or 1.5s', suffix: 'ms' },
  share: { parse: parseShare, expected: 'a percentage such as 1% or 99.9%', suffix: '%' },
  '1/s': { parse: parseRate, expected: 'a rate such as 50/s', suffix: '/s' },
  score: { parse: parseNumber, expected: 'a number between 0 and 1, without a unit', suffix: '' },
  count: { parse: parseNumber, expected: 'a count, without a unit', suffix: '' },
  bytes: { parse: parseSize, expected: 'a size such as 64KiB or 1.5GiB', suffix: 'MiB' },
  ratio: { parse: parseRatio, expected: 'a number such as 3, or 80%', suffix: '' },
  scraped: { parse: parseScraped, expected: 'a number, or 200ms, 64MiB, 80%, 5/s', suffix: '' },
};

export interface QuantityProblem {
  readonly message: string;
  readonly suggestion: string;
}

/** Beyond these a limit decides nothing: everything holds, or nothing. */
const largest = 1e15;
const smallest = 1e-9;

/** The digits of a number times 100: `0.07 * 100` is not 7. */
function hundredfold(text: string): string {
  const [whole = '', part = ''] = text.split('.');
  const digits = `${whole}${part.slice(0, 2).padEnd(2, '0')}`.replace(/^0+(?=\d)/, '');
  const rest = part.slice(2).replace(/0+$/, '');
  return rest === '' ? digits : `${digits}.${rest}`;
}

/** What a bare number may have meant: shares are often written from 0 to 1, and `0.999%` is far from 99.9 %. */
function withUnit(text: string, kind: LimitKind): string {
  const value = Number(text);
  if (kind !== 'share' || value > 1) return `write \`${text}${forms[kind].suffix}\``;
  return value === 1 ? 'write `100%` or `1%`' : `write \`${hundredfold(text)}%\``;
}

/** A limit in a metric's unit, or what is wrong with its text. */
export function parseLimit(text: string, kind: LimitKind): number | QuantityProblem {
  const form = forms[kind];
  const value = form.parse(text);
  const suggestion = `expected ${form.expected}`;
  if (value === undefined) {
    const bare = parseNumber(text) !== undefined && form.suffix !== '';
    return bare
      ? { message: `\`${text}\` needs a unit`, suggestion: withUnit(text, kind) }
      : { message: `cannot read \`${text}\``, suggestion };
  }
  const outside = (kind === 'share' || kind === 'score') && (value < 0 || value > 1);
  if (outside) {
    const range = kind === 'share' ? '0% and 100%' : '0 and 1';
    return { message: `\`${text}\` is not between ${range}`, suggestion };
  }
  if (value < 0) return { message: `\`${text}\` is below zero`, suggestion };
  if (value > largest) return { message: `\`${text}\` is too large`, suggestion };
  if (value > 0 && value < smallest) return { message: `\`${text}\` is too small`, suggestion };
  return value;
}

/** Digits without an exponent, shortest first: candidates for a text that reads back exactly. */
function* decimals(value: number): Generator<string> {
  for (let digits = 0; digits <= 30; digits += 1) {
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

/** The largest unit of which there are no more than two decimals. */
function* sizeTexts(value: number): Generator<string> {
  for (const [scale, unit] of [
    [1_073_741_824, 'GiB'],
    [1_048_576, 'MiB'],
    [1_024, 'KiB'],
  ] as const) {
    if (value >= scale && Number.isInteger((value / scale) * 100)) yield `${value / scale}${unit}`;
  }
  yield `${value}B`;
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
    case 'bytes':
      return firstExact(value, sizeTexts(value), parseSize) ?? `${Math.round(value)}B`;
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
    case 'bytes':
      return value < 0 ? `-${formatSize(-value)}` : formatSize(value);
    case 'count':
      return Math.abs(value) < 100 ? significant(value) : `${Math.round(value * 10) / 10}`;
  }
}
