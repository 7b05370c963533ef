// Rates under simulation: few errors, many, none. What is counted in whole requests is judged no bolder than what is timed.

import { describe, expect, test } from 'vitest';
import { fixedDesign, twoLooks } from '../../../src/compare/design.ts';
import type { Rates } from '../../support/simulated-pairs.ts';
import {
  countOf,
  designs,
  directed,
  mostByChance,
  outcomeOf,
  simulatedRates,
} from '../../support/simulated-pairs.ts';

const cases = 500;
const stated = 0.05;
const errorRate = directed('error_rate');
const tolerance = errorRate.tolerance('error_rate');
const isAlarm = (outcome: string): boolean => outcome === 'improved' || outcome === 'regressed';

const same = (requests: number, share: number): Rates => ({ requests, before: share, after: share });

const unchanged: readonly Rates[] = [
  same(200, 0.15),
  same(200, 0.005),
  same(1_000, 0.005),
  same(1_000, 0.5),
  same(50, 0.02),
];

describe.each(designs)('$name', ({ name, design }) => {
  const pairs = design.looks.at(-1)!;

  test.each(unchanged)('nothing changed, $requests requests a run, $before of them bad', (rates) => {
    // Next to no tolerance, so that the interval decides alone.
    const alarms = countOf(cases, `${name} ${rates.requests} ${rates.before}`, (seed) =>
      isAlarm(outcomeOf(errorRate, simulatedRates(rates, pairs, seed), design, 1e-12)),
    );
    expect(alarms).toBeLessThanOrEqual(mostByChance(cases, stated));
  });

  test.each([100, 500])(
    'a rise from 2 % by just the tolerance, %i requests a run: rarely `no change`',
    (requests) => {
      const rates = { requests, before: 0.02, after: 0.02 + tolerance };
      const missed = countOf(cases, `${name} ${requests} edge`, (seed) => {
        const outcome = outcomeOf(errorRate, simulatedRates(rates, pairs, seed), design, tolerance);
        return outcome === 'no change';
      });
      expect(missed).toBeLessThanOrEqual(mostByChance(cases, stated));
    },
  );

  test('no error in few requests shows nothing; in many, no change', () => {
    const outcome = (requests: number) =>
      outcomeOf(errorRate, simulatedRates(same(requests, 0), pairs, 1), design, tolerance);
    expect(outcome(Math.floor(600 / design.looks.at(-1)!))).toBe('inconclusive');
    expect(outcome(Math.floor(600 / design.looks[0]!) + 1)).toBe('no change');
  });

  test('an outage of `after` is a regression', () => {
    const pairsOf = simulatedRates({ requests: 50, before: 0, after: 1 }, pairs, 1);
    expect(outcomeOf(errorRate, pairsOf, design, tolerance)).toBe('regressed');
  });
});

const fewCounted = [
  // Just enough that none of them would show no change, and more.
  ...[
    [6, 102],
    [10, 61],
    [10, 120],
    [16, 39],
    [16, 76],
    [20, 31],
    [20, 61],
    [40, 16],
    [40, 39],
  ].map(([pairs, requests]) => ({ design: fixedDesign(pairs!), requests: requests! })),
  ...[76, 100, 120].map((requests) => ({ design: twoLooks(16), requests })),
].map((one) => ({ ...one, name: `looks at ${one.design.looks.join(' and ')}` }));

describe.each(fewCounted)('$name, $requests requests a run', ({ name, design, requests }) => {
  const pairs = design.looks.at(-1)!;

  test.each([0, 0.001, 0.005])('a rise from %d by just the tolerance: rarely `no change`', (before) => {
    const rates = { requests, before, after: before + tolerance };
    const missed = countOf(cases, `${name} ${requests} ${before}`, (seed) => {
      const outcome = outcomeOf(errorRate, simulatedRates(rates, pairs, seed), design, tolerance);
      return outcome === 'no change';
    });
    expect(missed).toBeLessThanOrEqual(mostByChance(cases, stated));
  });
});

test.each([
  [100, 0],
  [500, 0.001],
  [1_000, 0.005],
])(
  'ten pairs of %i requests, %d of them bad before and after, are no change nearly always',
  (requests, share) => {
    const seen = countOf(200, `same ${requests}`, (seed) => {
      const outcome = outcomeOf(
        errorRate,
        simulatedRates(same(requests, share), 10, seed),
        fixedDesign(10),
        tolerance,
      );
      return outcome === 'no change';
    });
    expect(seen).toBeGreaterThanOrEqual(190);
  },
);

test('a rate that rises from 1 % to 5 % of 1,000 requests is found by ten pairs, always', () => {
  const design = fixedDesign(10);
  const found = countOf(200, 'rise', (seed) => {
    const pairs = simulatedRates({ requests: 1_000, before: 0.01, after: 0.05 }, 10, seed);
    return outcomeOf(errorRate, pairs, design, tolerance) === 'regressed';
  });
  expect(found).toBe(200);
});
