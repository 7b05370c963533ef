// Change points under simulation: how many true ones are found, how exactly, how soon, and how many are made up.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changePoints } from '../../../src/compare/change-points.ts';
import { bestSplit } from '../../../src/compare/energy.ts';
import { history, searched } from '../../support/run-histories.ts';

/** 60, 90, 120 or 150 runs. */
const runsOf = (turn: number): number => 60 + (turn % 4) * 30;
const noise = { memory: 0.2, outliers: 0.03 };

describe('one step', () => {
  const changeAt = (turn: number): number => Math.floor(runsOf(turn) * (0.3 + 0.1 * (turn % 5)));
  test.each([
    { step: 1, histories: 60, recall: 0.2, exact: 0.1, precision: 0.6 },
    { step: 2, histories: 60, recall: 0.85, exact: 0.7, precision: 0.9 },
    { step: 3, histories: 40, recall: 0.97, exact: 0.9, precision: 0.95 },
  ])('of $step deviations', ({ step, histories, recall, exact, precision }) => {
    const seen = searched({
      label: `step ${step}`,
      histories,
      shape: (turn) => ({
        ...noise,
        runs: runsOf(turn),
        level: (index) => (index >= changeAt(turn) ? step : 0),
      }),
      truth: (turn) => [changeAt(turn)],
    });
    expect(seen.recall).toBeGreaterThanOrEqual(recall);
    expect(seen.exact).toBeGreaterThanOrEqual(exact);
    expect(seen.precision).toBeGreaterThanOrEqual(precision);
  });
});

test('a step of two deviations that is taken back later', () => {
  const seen = searched({
    label: 'taken back',
    histories: 30,
    shape: (turn) => ({
      ...noise,
      runs: runsOf(turn),
      level: (index) => (index >= runsOf(turn) / 3 && index < (runsOf(turn) * 2) / 3 ? 2 : 0),
    }),
    truth: (turn) => [runsOf(turn) / 3, (runsOf(turn) * 2) / 3],
  });
  expect(seen.recall).toBeGreaterThanOrEqual(0.7);
  expect(seen.precision).toBeGreaterThanOrEqual(0.85);
});

test.each([
  { step: 3, young: 10, recall: 0.8 },
  { step: 2, young: 20, recall: 0.75 },
])('a step of $step deviations after 60 runs is found when $young runs old', ({ step, young, recall }) => {
  const seen = searched({
    label: `young ${step}`,
    histories: 40,
    shape: () => ({ ...noise, runs: 60 + young, level: (index) => (index >= 60 ? step : 0) }),
    truth: () => [60],
  });
  expect(seen.recall).toBeGreaterThanOrEqual(recall);
});

/** P(p < 0.001) is 1/2000 when runs do not depend on each other: at most this many with a probability of 99.9 %. */
test.each([
  { memory: 0, allowed: 5 },
  { memory: 0.2, allowed: 20 },
])('no change, memory $memory: at most $allowed of 2,000 histories raise an alarm', ({ memory, allowed }) => {
  const { alarmed } = searched({
    label: 'nothing',
    histories: 2_000,
    shape: (turn) => ({ runs: 60 + (turn % 2) * 30, memory, outliers: 0.03, level: () => 0 }),
    truth: () => [],
  });
  expect(alarmed).toBeLessThanOrEqual(allowed);
});

describe('any series', () => {
  const series = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 10, maxLength: 40 });

  test('the best split is the best of all, worked out the long way', () => {
    const distance = (left: readonly number[], right: readonly number[]): number =>
      left.reduce((sum, a) => sum + right.reduce((inner, b) => inner + Math.abs(a - b), 0), 0);
    const energy = (left: readonly number[], right: readonly number[]): number => {
      const [m, n] = [left.length, right.length];
      const across = (2 * distance(left, right)) / (m * n);
      const within = distance(left, left) / (m * (m - 1)) + distance(right, right) / (n * (n - 1));
      return ((m * n) / (m + n)) * (across - within);
    };
    fc.assert(
      fc.property(series, (values) => {
        let best = Number.NEGATIVE_INFINITY;
        for (let at = 3; at <= values.length - 3; at += 1) {
          for (let end = at + 3; end <= values.length; end += 1)
            best = Math.max(best, energy(values.slice(0, at), values.slice(at, end)));
        }
        expect(bestSplit(Float64Array.from(values), 3)!.energy).toBeCloseTo(best, 9);
      }),
      { numRuns: 50 },
    );
  });

  test('shifts and scales change nothing, ties included', () => {
    const factor = fc.constantFrom(0.001, 0.3, 7, 1e6);
    fc.assert(
      fc.property(
        series,
        fc.integer({ min: 0, max: 40 }),
        factor,
        fc.integer(),
        (values, step, scale, seed) => {
          const stepped = values.map((value, index) => value + (index >= values.length / 2 ? step : 0));
          const moved = stepped.map((value) => (value + 123.4) * scale);
          expect(changePoints(moved, { seed })).toEqual(changePoints(stepped, { seed }));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('the same values and seed give the same points', () => {
    const values = history(3, { ...noise, runs: 80, level: (index) => (index >= 50 ? 1.6 : 0) });
    const found = changePoints(values, { seed: 9 });
    expect(changePoints(values, { seed: 9 })).toEqual(found);
    expect(found.every(({ p }) => p < 0.001)).toBe(true);
  });
});
