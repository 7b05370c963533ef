// Rates told from all requests of a side: outages of a few runs, few requests, budgets, scores, combinations, bounds.

import { describe, expect, test } from 'vitest';
import { blurOf, countsOf, pooledLimits } from '../../../src/compare/blur.ts';
import { measureFrom, metricComparison } from '../../../src/compare/comparison.ts';
import { fixedLevels } from '../../../src/compare/design.ts';
import { judge, weigh } from '../../../src/compare/outcome.ts';
import type { MeasuredPair, Side } from '../../../src/compare/pair-values.ts';
import { pairsToCount } from '../../../src/compare/too-few-counted.ts';
import { metricOf } from '../../../src/slo/reading.ts';
import { claimed, countedPairs } from '../../support/simulated-claims.ts';
import { directed, sideOf } from '../../support/simulated-pairs.ts';

const options = { primary: true, gates: [], invalid: null };
const pairsOf = (count: number, before: (index: number) => Side, after: (index: number) => Side) =>
  Array.from({ length: count }, (_, index): MeasuredPair => ({
    pair: index + 1,
    before: before(index),
    after: after(index),
  }));
const outcomeOf = (name: string, pairs: readonly MeasuredPair[], tolerance?: number) => {
  const metric = directed(name);
  return judge(weigh(metric, pairs, tolerance ?? metric.tolerance(name), fixedLevels)!);
};

test('limits of a difference: those of both sides together', () => {
  // 30 of 1,000 after and 10 before: 2.16748…4.04722 % and 0.54351…1.69032 %, by the incomplete beta function.
  const pairs = pairsOf(
    10,
    () => sideOf(0.01, 100),
    () => sideOf(0.03, 100),
  );
  const limits = pooledLimits(directed('error_rate'), pairs, { factor: 1, alpha: 0.05 })!;
  expect(limits.low).toBeCloseTo(0.02 - Math.hypot(0.03 - 0.0216748, 0.0169032 - 0.01), 6);
  expect(limits.high).toBeCloseTo(0.02 + Math.hypot(0.0404722 - 0.03, 0.01 - 0.0054351), 6);
});

describe('an outage of a few runs', () => {
  test.each([
    [10, 1, 0.3],
    [10, 1, 0.9],
    [16, 2, 0.3],
    [40, 7, 0.9],
  ])('of %i runs %i lose %d: that is not no change, and confirms nothing', (count, bad, loss) => {
    const pairs = countedPairs(
      count,
      () => ({ offered: 1_000, ok: 1_000 }),
      (index) => ({ offered: 1_000, ok: index < bad ? 1_000 * (1 - loss) : 1_000 }),
    );
    const result = metricComparison('error_rate(query)', pairs, options);
    expect(result.outcome).toBe('inconclusive');
    expect(result.reason).toMatch(/^the median run shows no change, but all runs together leave \+/);
    for (const expected of ['no worse than 1 points', 'no worse than 10%'])
      expect(claimed('error_rate(query)', expected, pairs)).toBe('inconclusive');
  });

  test('a run that stood still counts like the others, however few requests it had', () => {
    const after = (index: number): Side => (index === 0 ? sideOf(1, 20) : sideOf(0, 1_000));
    const pairs = pairsOf(10, () => sideOf(0, 1_000), after);
    expect(outcomeOf('error_rate', pairs).outcome).toBe('inconclusive');
  });
});

describe('a budget is counted in requests', () => {
  const perfect = (offered: number) =>
    countedPairs(
      10,
      () => ({ offered, ok: offered }),
      () => ({ offered, ok: offered }),
    );

  test('0 of 1,000 requests are no budget of 0', () => {
    const result = metricComparison('budget_spent(query, 99.9%)', perfect(100), options);
    expect(result.outcome).toBe('inconclusive');
    expect(claimed('budget_spent(query, 99.9%)', 'no worse than 5 points', perfect(100))).toBe(
      'inconclusive',
    );
  });

  test('of 90 % it takes ten times as many as of an error rate', () => {
    const outcome = (offered: number) =>
      metricComparison('budget_spent(query, 90%)', perfect(offered), options).outcome;
    expect(outcome(600)).toBe('inconclusive');
    expect(outcome(601)).toBe('no change');
  });
});

describe('a score', () => {
  test('of few requests is no more exact than a share', () => {
    const same = (samples: number) =>
      pairsOf(
        6,
        () => sideOf(1, samples),
        () => sideOf(1, samples),
      );
    expect(outcomeOf('apdex', same(100)).outcome).toBe('inconclusive');
    expect(outcomeOf('apdex', same(101)).outcome).toBe('no change');
  });
});

test.each([0.005, 0.004, 0.0051])('%d more errors and as much less availability get one answer', (rise) => {
  const errors = pairsOf(
    10,
    () => sideOf(0, 100_000),
    () => sideOf(rise, 100_000),
  );
  const available = pairsOf(
    10,
    () => sideOf(1, 100_000),
    () => sideOf(1 - rise, 100_000),
  );
  expect(outcomeOf('availability', available).outcome).toBe(outcomeOf('error_rate', errors).outcome);
});

test('half a point of ten pairs, as errors and as availability', () => {
  const pairs = countedPairs(
    10,
    () => ({ offered: 200, ok: 200 }),
    (index) => ({ offered: 200, ok: index < 4 ? 199 : 200 }),
  );
  const errors = metricComparison('error_rate(query)', pairs, options);
  const available = metricComparison('availability(query)', pairs, options);
  expect(available.outcome).toBe(errors.outcome);
  expect(available.equivalence).toEqual({ low: -errors.equivalence!.high!, high: 0 });
});

describe('what is no share of requests is not counted as one', () => {
  test.each(['memory_growth', 'cpu', 'memory_share', 'sockets_left', 'p95', 'throughput'])('%s', (name) => {
    expect(blurOf(directed(name))).toBeNull();
  });

  test('five looks at memory show that it did not grow', () => {
    const pairs = pairsOf(
      10,
      () => sideOf(0.1, 5),
      () => sideOf(0.1, 5),
    );
    expect(outcomeOf('memory_growth', pairs).outcome).toBe('no change');
    expect(countsOf(directed('memory_growth'), pairs)).toBeNull();
  });
});

describe('of two rates', () => {
  const difference = metricOf(measureFrom('error_rate(query) - error_rate(other)'));
  const ratio = metricOf(measureFrom('error_rate(query) / error_rate(other)'));
  const pairs = (value: number, samples: number) =>
    pairsOf(
      10,
      () => sideOf(value, samples),
      () => sideOf(value, samples),
    );

  test('a difference is known to 3/n of each side at best', () => {
    const limits = pooledLimits(difference, pairs(0, 100), { factor: 1, alpha: 0.05 })!;
    expect(limits.low).toBeCloseTo(-0.006, 12);
    expect(limits.high).toBeCloseTo(0.006, 12);
  });

  test('and so is a ratio', () => {
    const limits = pooledLimits(ratio, pairs(0.5, 100), { factor: 1, alpha: 0.05 })!;
    expect(limits.high).toBeCloseTo(-2 * Math.log1p(-0.006), 12);
    expect(pooledLimits(ratio, pairs(0.001, 100), { factor: 1, alpha: 0.05 })!.high).toBe(Infinity);
  });

  test('a few runs far off are seen', () => {
    const odd = pairsOf(
      10,
      () => sideOf(0, 10_000),
      (index) => sideOf(index === 0 ? 0.5 : 0, 10_000),
    );
    expect(pooledLimits(difference, odd, { factor: 1, alpha: 0.05 })!.high).toBeGreaterThan(0.05);
  });

  test('of two times there is nothing to count', () => {
    expect(blurOf(metricOf(measureFrom('p95(query) - p95(other)')))).toBeNull();
  });
});

test('a bound opens the end it hides', () => {
  const open = { ...sideOf(0, 1_000), atLeast: true, greatest: Number.POSITIVE_INFINITY };
  const pairs = pairsOf(
    10,
    () => sideOf(0, 1_000),
    (index) => (index === 0 ? open : sideOf(0, 1_000)),
  );
  const limits = pooledLimits(directed('broadcast_loss'), pairs, { factor: 1, alpha: 0.05 })!;
  expect(limits.high).toBeGreaterThan(0.1);
  expect(limits.low).toBeGreaterThan(-0.001);
});

describe('pairs needed', () => {
  const needed = (reason: string): number => Number(/about (\d+) pairs/.exec(reason)?.[1]);

  test('for rates are at least those whose requests would do', () => {
    const pairs = pairsOf(
      6,
      () => sideOf(0, 20),
      () => sideOf(0, 20),
    );
    // 3/(20 · 30) is half a point, and not less.
    expect(needed(outcomeOf('error_rate', pairs).reason)).toBe(31);
    const some = pairsOf(
      10,
      (index) => sideOf(index === 0 ? 1 / 60 : 0, 60),
      (index) => sideOf(index === 5 ? 1 / 60 : 0, 60),
    );
    const metric = directed('error_rate');
    const count = pairsToCount(weigh(metric, some, 0.005, fixedLevels)!);
    const times = (alike: number) =>
      pooledLimits(metric, some, { factor: 1, alpha: 0.05, times: alike / 10 })!;
    expect(times(count).high).toBeLessThanOrEqual(0.005);
    expect(times(count - 1).high).toBeGreaterThan(0.005);
    expect(needed(outcomeOf('error_rate', some).reason)).toBeGreaterThanOrEqual(count);
  });

  test('are those for the edge on the side of the estimate', () => {
    // −9.2 % lies inside of −10 %, though beyond the opposite of +10 % on the log scale.
    const spread = [-0.04, 0.04, -0.02, 0.02, 0, -0.04, 0.04, -0.02, 0.02, 0];
    const pairs = pairsOf(
      10,
      () => sideOf(100_000, 1_000),
      (index) => sideOf(100_000 * Math.exp(-0.0965 + spread[index]!), 1_000),
    );
    expect(outcomeOf('p95', pairs).outcome).toBe('inconclusive');
    expect(needed(outcomeOf('p95', pairs).reason)).toBeLessThan(100);
  });
});
