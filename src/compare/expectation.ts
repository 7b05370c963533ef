// What a claim expects, in its small language: `at least 60% lower`, `at least 2x higher`, `no worse than 10%`.

import { parseDuration, parseRate, parseShare } from '../kernel/units.ts';
import type { SyntaxProblem } from '../slo/expression.ts';

export type Expectation =
  | {
      readonly kind: 'at least';
      readonly direction: 'lower' | 'higher';
      /** `share`: 0.6 = 60 %; `times`: 2 = 2x; `points`: 0.05 = 5 percentage points. */
      readonly amount: { readonly unit: 'share' | 'times' | 'points'; readonly value: number };
    }
  | {
      readonly kind: 'no worse';
      readonly amount: { readonly unit: 'share' | 'points'; readonly value: number };
    };

export type ParsedExpectation =
  | { readonly ok: true; readonly value: Expectation }
  | { readonly ok: false; readonly problem: SyntaxProblem };

const forms =
  'write `at least 60% lower`, `at least 2x higher`, `at least 5 points lower` or `no worse than 10%`';

const refused = (message: string, offset: number, suggestion = forms): ParsedExpectation => ({
  ok: false,
  problem: { message, offset, suggestion },
});

interface AmountText {
  readonly value: number;
  readonly unit: 'share' | 'times' | 'points';
  /** Offset of the amount, and of what follows it. */
  readonly at: number;
  readonly endAt: number;
}

function amountAt(text: string, from: number): AmountText | null {
  const pattern = /\s*(\d+(?:\.\d+)?)\s*(%|x\b|points?\b)\s*/y;
  pattern.lastIndex = from;
  const match = pattern.exec(text);
  if (match === null) return null;
  const at = match.index + match[0].search(/\S/);
  const number = Number(match[1]);
  const written = match[2] ?? '';
  const unit = written === '%' ? 'share' : written === 'x' ? 'times' : 'points';
  return { value: unit === 'times' ? number : number / 100, unit, at, endAt: pattern.lastIndex };
}

function problemOfAmount(amount: AmountText, direction: string): ParsedExpectation | null {
  if (amount.value <= 0)
    return refused('a change of nothing expects nothing', amount.at, 'give an amount above 0');
  if (amount.unit === 'times' && amount.value <= 1) {
    return refused('a factor must be above 1x', amount.at, 'write e.g. `at least 2x lower`');
  }
  if (amount.unit === 'share' && direction === 'lower' && amount.value >= 1) {
    return refused('nothing can be 100% lower', amount.at, 'expect less than 100%');
  }
  return null;
}

function atLeast(text: string, from: number): ParsedExpectation {
  const amount = amountAt(text, from);
  if (amount === null)
    return refused(
      'expected an amount such as `60%`, `2x` or `5 points`',
      from + text.slice(from).search(/\S|$/),
    );
  const direction = text.slice(amount.endAt).trim();
  if (direction !== 'lower' && direction !== 'higher') {
    return refused(
      direction === '' ? 'a direction is missing' : `unknown direction \`${direction}\``,
      amount.endAt,
      'end with `lower` or `higher`',
    );
  }
  const { value, unit } = amount;
  return (
    problemOfAmount(amount, direction) ?? {
      ok: true,
      value: { kind: 'at least', direction, amount: { unit, value } },
    }
  );
}

function noWorse(text: string, from: number): ParsedExpectation {
  const amount = amountAt(text, from);
  if (amount === null || amount.unit === 'times') {
    return refused('expected an amount such as `10%` or `2 points`', from + text.slice(from).search(/\S|$/));
  }
  const rest = text.slice(amount.endAt);
  if (rest !== '') return refused(`unexpected \`${rest}\``, amount.endAt, 'end after the amount');
  const { value, unit } = amount;
  if (unit === 'share' && value >= 1)
    return refused('a tolerance of 100% or more excludes nothing', amount.at, 'expect less than 100%');
  return { ok: true, value: { kind: 'no worse', amount: { unit, value } } };
}

/** Never throws: what is wrong comes back with its offset. */
export function parseExpectation(text: string): ParsedExpectation {
  const lead = /^\s*(?:(at\s+least)|(no\s+worse\s+than))(?=\s|$)/.exec(text);
  if (lead === null) return refused(`cannot read \`${text.trim()}\``, text.search(/\S|$/));
  return lead[1] === undefined ? noWorse(text, lead[0].length) : atLeast(text, lead[0].length);
}

/** `9.62s`, `15%`, `50/s`, `200`, also `200+`, `< 3s`, `~ 20%`; null when it is no figure. */
function figure(text: string): { unit: string; value: number } | null {
  const bare = text
    .trim()
    .replace(/^[<>≤≥~=≈\s]+/, '')
    .replace(/\+$/, '');
  const readings: [string, number | undefined][] = [
    ['share', parseShare(bare)],
    ['1/s', parseRate(bare)],
    ['µs', parseDuration(bare)],
    ['number', /^\d+(?:\.\d+)?$/.test(bare) ? Number(bare) : undefined],
  ];
  for (const [unit, value] of readings) {
    if (value !== undefined) return { unit, value };
  }
  return null;
}

/** Whether documented figures moved at all: against that `no worse` is always weaker. */
const moved = (before: number, after: number): boolean => Math.abs(after - before) > 1e-9 * Math.abs(before);

/**
 * Whether a claim expects less than what is documented (then it must say why, in `because`).
 * Null when the documented figures cannot be read or set against the expectation.
 */
export function isWeakerThanDocumented(
  expectation: Expectation,
  documented: { readonly before: string; readonly after: string },
): boolean | null {
  const before = figure(documented.before);
  const after = figure(documented.after);
  if (before === null || after === null || before.unit !== after.unit) return null;
  if (expectation.kind === 'no worse') return moved(before.value, after.value);
  const { direction, amount } = expectation;
  const sign = direction === 'lower' ? -1 : 1;
  // The opposite of what is documented is not more of it.
  if (moved(before.value, after.value) && sign * (after.value - before.value) < 0) return true;
  if (amount.unit === 'points') {
    if (before.unit !== 'share') return null;
    return amount.value < sign * (after.value - before.value) - 1e-9;
  }
  if (before.value === 0) return null;
  const ratio = after.value / before.value;
  return direction === 'lower' ? factorOf(expectation) > ratio + 1e-9 : factorOf(expectation) < ratio - 1e-9;
}

/** after/before at the edge of an `at least` in shares or times: 60 % lower = 0.4, 2x lower = 0.5, 2x higher = 2. */
export function factorOf({ direction, amount }: Extract<Expectation, { kind: 'at least' }>): number {
  if (amount.unit === 'times') return direction === 'lower' ? 1 / amount.value : amount.value;
  return direction === 'lower' ? 1 - amount.value : 1 + amount.value;
}
