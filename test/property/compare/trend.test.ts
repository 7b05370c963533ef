// Trends over many histories: rarely wrong where nothing changed, nearly always right about a change, never a false date.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeTrend } from '../../../src/compare/trend.ts';
import { createRandom, shuffled } from '../../../src/kernel/random.ts';
import { historyOf, limitOf, questionOf, stretches } from '../../support/trends.ts';

const seeds = (count: number): number[] => Array.from({ length: count }, (_, seed) => seed + 1);

describe('histories of 60 runs with 5 % of noise', () => {
  it('200 without a change: not one fails, and dates are as rare as the level of the slope says', () => {
    const judged = seeds(200).map((seed) =>
      judgeTrend(
        historyOf({ medians: stretches([60, 100_000]), noise: 0.05, seed }),
        questionOf({ limits: [limitOf(150_000)], horizonDays: 365 }),
      ),
    );
    expect(judged.filter(({ verdict }) => verdict.exitCode !== 0)).toEqual([]);
    const outcomes = judged.map(({ series }) => series[0]!.metrics[0]!.forecasts[0]!.outcome);
    // The slope's interval excludes 0 in 5 % by its level, half of them upward; few of those reach +50 % in a year.
    expect(outcomes.filter((outcome) => outcome === 'crosses').length).toBeLessThanOrEqual(8);
    expect(outcomes.filter((outcome) => outcome === 'no trend').length).toBeGreaterThanOrEqual(178);
  });

  it('100 with a regression of 20 %: at least 99 are found, within 2 runs', () => {
    const found = seeds(100).filter((seed) => {
      const { series, verdict } = judgeTrend(
        historyOf({ medians: stretches([30, 100_000], [30, 120_000]), noise: 0.05, seed }),
        questionOf(),
      );
      const [change] = series[0]!.metrics[0]!.changes;
      return verdict.exitCode === 1 && change !== undefined && Math.abs(change.index - 30) <= 2;
    });
    expect(found.length).toBeGreaterThanOrEqual(99);
  });

  it('100 with a step: the line never begins before it', () => {
    const early = seeds(100).filter((seed) => {
      const { series } = judgeTrend(
        historyOf({ medians: stretches([30, 100_000], [30, 130_000]), noise: 0.05, seed }),
        questionOf({ limits: [limitOf(1_000_000)] }),
      );
      const { forecasts, changes } = series[0]!.metrics[0]!;
      return forecasts[0]!.from < (changes.at(-1)?.index ?? 0);
    });
    expect(early).toEqual([]);
  });
});

it.each([15, 20, 29, 49])(
  'of 200 histories of %i runs with 20 %% of noise at most 5 %% are suspected',
  (count) => {
    const outcomes = seeds(200).map((seed) => {
      const entries = historyOf({ medians: stretches([count, 100_000]), noise: 0.2, seed });
      return judgeTrend(entries, questionOf({ seed })).series[0]!.metrics[0]!.outcome;
    });
    expect(outcomes.filter((outcome) => outcome === 'suspected').length).toBeLessThanOrEqual(10);
    expect(outcomes.filter((outcome) => outcome === 'regressed').length).toBeLessThanOrEqual(2);
  },
);

it('depends on no order of the runs', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1_000, max: 10_000_000 }), { maxLength: 40 }),
      fc.integer({ min: 0, max: 1_000 }),
      (medians, seed) => {
        const entries = historyOf({ medians, noise: 0 });
        const question = questionOf({ limits: [limitOf(500_000)] });
        const mixed = shuffled(entries, createRandom(seed));
        expect(judgeTrend(mixed, question)).toEqual(judgeTrend(entries, question));
      },
    ),
    { numRuns: 60 },
  );
});

it('whatever the values: fewer than 15 runs are never a pass, and dates are in order', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 10_000_000 }), { maxLength: 40 }),
      fc.integer({ min: 1, max: 10_000_000 }),
      (medians, limit) => {
        const judged = judgeTrend(
          historyOf({ medians, noise: 0.01 }),
          questionOf({ limits: [limitOf(limit)] }),
        );
        if (medians.length < 15) expect(judged.verdict.exitCode).not.toBe(0);
        for (const { earliest, crossesOn, latest } of judged.series[0]?.metrics[0]?.forecasts ?? []) {
          const dates = [earliest, crossesOn, latest].filter((date) => date !== null);
          expect(dates).toEqual([...dates].sort());
        }
      },
    ),
    { numRuns: 100 },
  );
});
