// The line and its interval against values of an independent least-squares fit, and where they meet a limit.

import { describe, expect, test } from 'vitest';
import { lineThrough } from '../../../src/compare/forecast.ts';

const points = [
  [0, 2.1],
  [1, 2],
  [2, 2.4],
  [3, 2.3],
  [5, 2.9],
  [6, 2.7],
  [8, 3.3],
  [9, 3.2],
].map(([atDays, value]) => ({ atDays: atDays!, value: value! }));
const line = lineThrough(points, 0.95)!;

describe('eight values', () => {
  // fit <- lm(y ~ x); confint(fit)
  test('slope', () => {
    expect(line.n).toBe(8);
    expect(line.slopePerDay).toBeCloseTo(0.1427152317880795, 12);
    expect(line.slope.low).toBeCloseTo(0.09804191755198717, 9);
    expect(line.slope.high).toBeCloseTo(0.18738854602417182, 9);
  });

  // predict(fit, data.frame(x = c(4, 12, 30)), interval = "prediction")
  test.each([
    [4, 2.5768211920529804, 2.1649535853987123, 2.9886887987072486],
    [12, 3.718543046357616, 3.180605107835602, 4.25648098487963],
    [30, 6.287417218543047, 5.065620450001808, 7.509213987084286],
  ])('on day %i', (days, value, low, high) => {
    const there = line.at(days);
    expect(there.value).toBeCloseTo(value, 9);
    expect(there.low).toBeCloseTo(low, 9);
    expect(there.high).toBeCloseTo(high, 9);
  });

  test('the day on which a limit is met, and the ends of the interval', () => {
    const met = line.meets(5, 'above', 100);
    expect(met.line).toBeCloseTo(20.979118329466353, 8);
    expect(met.earliest).toBeCloseTo(16.2442717785394, 8);
    expect(met.latest).toBeCloseTo(29.348463907169055, 8);
  });

  test('nothing beyond the horizon is said', () => {
    expect(line.meets(5, 'above', 10)).toMatchObject({ line: null, latest: null });
    expect(line.meets(5, 'above', 10).earliest).toBeCloseTo(16.2442717785394, 8);
    expect(line.meets(500, 'above', 10)).toEqual({ line: null, earliest: null, latest: null });
  });

  test('what is so already is so at the last value', () => {
    expect(line.meets(1, 'above', 100)).toEqual({ line: 9, earliest: 9, latest: 9 });
    expect(line.meets(3.5, 'above', 100).earliest).toBe(9);
    expect(line.meets(3.5, 'above', 100).line).toBeGreaterThan(9);
  });

  test('a limit below is the mirror of one above', () => {
    const falling = lineThrough(
      points.map(({ atDays, value }) => ({ atDays, value: -value })),
      0.95,
    )!;
    expect(falling.meets(-5, 'below', 100)).toEqual(line.meets(5, 'above', 100));
    expect(line.meets(1, 'below', 100).line).toBeNull();
  });
});

test('an uncertain slope: one more value may pass the limit, and never surely does', () => {
  const noisy = lineThrough(
    [0, 1, 2, 3, 4, 5].map((atDays) => ({ atDays, value: [1, 3, 0, 4, 1, 3][atDays]! })),
    0.95,
  )!;
  expect(noisy.slope.low).toBeLessThan(0);
  const met = noisy.meets(12, 'above', 1_000);
  expect(met.earliest).toBeGreaterThan(5);
  expect(met.line).toBeGreaterThan(met.earliest!);
  expect(met.latest).toBeNull();
  expect(noisy.at(met.earliest!).high).toBeCloseTo(12, 9);
});

test('points on one line leave no doubt', () => {
  const exact = lineThrough(
    [0, 1, 2, 3].map((atDays) => ({ atDays, value: 2 * atDays })),
    0.95,
  )!;
  expect(exact.slope).toEqual({ low: 2, high: 2 });
  expect(exact.meets(10, 'above', 30)).toEqual({ line: 5, earliest: 5, latest: 5 });
});

test('too few values, one moment, or a value that is none: no line', () => {
  expect(lineThrough(points.slice(0, 2), 0.95)).toBeNull();
  expect(
    lineThrough(
      points.map(({ value }) => ({ atDays: 3, value })),
      0.95,
    ),
  ).toBeNull();
  expect(lineThrough([...points, { atDays: 10, value: Number.NaN }], 0.95)).toBeNull();
});

test('the order of the values changes no digit', () => {
  const turned = lineThrough([...points].reverse(), 0.95)!;
  expect(turned.at(50)).toEqual(line.at(50));
  expect(turned.slope).toEqual(line.slope);
  expect(turned.meets(5, 'above', 100)).toEqual(line.meets(5, 'above', 100));
});
