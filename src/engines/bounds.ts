// Bounds of a whole number as written: `< 500ms`, `>= 3`, `1KiB..64KiB`, or one exact value.

import { z } from 'zod';
import { parseDuration, parseSize } from '../kernel/units.ts';

/** Both ends are good values; null = no highest one. */
export interface Bounds {
  readonly min: number;
  readonly max: number | null;
  /** As written, for people. */
  readonly written: string;
}

interface Kind {
  /** Undefined when the text is no such quantity. */
  readonly read: (text: string) => number | undefined;
  readonly expected: string;
  /** May a bare value stand for itself and nothing else? */
  readonly exact: boolean;
}

function parseBounds(written: string, { read, exact }: Kind): Bounds | undefined {
  const text = written.trim();
  const range = text.split('..');
  const [low, high] = range.length === 2 ? range.map(read) : [];
  if (low !== undefined && high !== undefined)
    return low > high ? undefined : { min: low, max: high, written };
  const match = /^(<=|>=|<|>)?\s*([^\s<>=].*)$/s.exec(text);
  const value = read(match?.[2] ?? '');
  if (match === null || value === undefined) return undefined;
  switch (match[1]) {
    case '<':
      return value === 0 ? undefined : { min: 0, max: value - 1, written };
    case '<=':
      return { min: 0, max: value, written };
    case '>':
      return { min: value + 1, max: null, written };
    case '>=':
      return { min: value, max: null, written };
    default:
      return exact ? { min: value, max: value, written } : undefined;
  }
}

function boundsInput(kind: Kind) {
  const error = `expected ${kind.expected}`;
  return z.union([z.string(), z.number()], { error }).transform((written, context): Bounds => {
    const bounds = parseBounds(String(written), kind);
    if (bounds !== undefined) return bounds;
    context.addIssue({ code: 'custom', message: `"${written}" does not say how much: ${error}` });
    return z.NEVER;
  });
}

export const durationBoundsInput = boundsInput({
  read: parseDuration,
  expected: 'a limit with its unit, such as "< 500ms"',
  exact: false,
});

export const sizeBoundsInput = boundsInput({
  read: parseSize,
  expected: 'a size, a limit or a range with its unit, such as "< 64KiB" or "1KiB..64KiB"',
  exact: true,
});

export const countBoundsInput = boundsInput({
  read: (text) => (/^\d{1,9}$/.test(text.trim()) ? Number(text) : undefined),
  expected: 'a number or a limit, such as 5 or ">= 5"',
  exact: true,
});

/** Fractions are rounded, as they are when they are recorded. */
export const isWithin = (value: number, { min, max }: Bounds): boolean => {
  const whole = Math.round(value);
  return whole >= min && (max === null || whole <= max);
};
