// Rates under simulation: few errors, many, none. What is counted in whole requests is judged no bolder than what is timed.

import { describe, expect, test } from 'vitest';
import { fixedDesign } from '../../../src/compare/design.ts';
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

test('a rate that rises from 1 % to 5 % of 1,000 requests is found by ten pairs, always', () => {
  const design = fixedDesign(10);
  const found = countOf(200, 'rise', (seed) => {
    const pairs = simulatedRates({ requests: 1_000, before: 0.01, after: 0.05 }, 10, seed);
    return outcomeOf(errorRate, pairs, design, tolerance) === 'regressed';
  });
  expect(found).toBe(200);
});
