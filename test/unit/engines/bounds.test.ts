// Limits as they are written: what they let through at their edges, and what is refused.

import { describe, expect, it } from 'vitest';
import {
  countBoundsInput,
  durationBoundsInput,
  isWithin,
  sizeBoundsInput,
} from '../../../src/engines/bounds.ts';

const holds = (input: typeof sizeBoundsInput, written: unknown, value: number): boolean =>
  isWithin(value, input.parse(written));

describe('bounds', () => {
  it.each([
    ['< 500ms', 499_999, true],
    ['< 500ms', 500_000, false],
    ['<=500ms', 500_000, true],
    ['<= 500ms', 500_001, false],
    ['> 1s', 1_000_000, false],
    ['> 1s', 1_000_001, true],
    ['>= 1s', 1_000_000, true],
    ['10ms..20ms', 10_000, true],
    ['10ms..20ms', 20_000, true],
    ['10ms..20ms', 9_999, false],
    ['10ms..20ms', 20_001, false],
    // As recorded: rounded to whole microseconds.
    ['< 500ms', 499_999.4, true],
    ['< 500ms', 499_999.5, false],
  ])('of durations: %s and %d', (written, value, expected) => {
    expect(holds(durationBoundsInput, written, value)).toBe(expected);
  });

  it.each([
    ['< 64KiB', 65_535, true],
    ['< 64KiB', 65_536, false],
    ['1KiB..64KiB', 1_024, true],
    ['1KiB..64KiB', 1_023, false],
    ['0B', 0, true],
    ['0B', 1, false],
    ['1.5MiB', 1_572_864, true],
  ])('of sizes: %s and %d', (written, value, expected) => {
    expect(holds(sizeBoundsInput, written, value)).toBe(expected);
  });

  it.each([
    [5, 5, true],
    [5, 6, false],
    ['>= 5', 4, false],
    ['>= 5', 5_000_000, true],
    ['2..3', 3, true],
  ])('of counts: %s and %d', (written, value, expected) => {
    expect(holds(countBoundsInput, written, value)).toBe(expected);
  });

  it.each([
    [durationBoundsInput, '500ms', /such as "< 500ms"/],
    [durationBoundsInput, '< 500', /"< 500" does not say how much/],
    [durationBoundsInput, 500, /such as "< 500ms"/],
    [durationBoundsInput, '< 0ms', /does not say how much/],
    [durationBoundsInput, '20ms..10ms', /does not say how much/],
    [sizeBoundsInput, '64kb', /such as "< 64KiB"/],
    [sizeBoundsInput, '< 1KiB..2KiB', /does not say how much/],
    [sizeBoundsInput, 1024, /with its unit/],
    [countBoundsInput, '1.5', /such as 5 or ">= 5"/],
    [countBoundsInput, true, /expected a number or a limit/],
  ])('refuse what is not one (%#: %s)', (input, written, expected) => {
    const result = input.safeParse(written);
    expect(result.error?.issues[0]?.message).toMatch(expected);
  });
});
